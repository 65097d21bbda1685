#!/usr/bin/env python3
# Encodes random values by the JSON schemas of Kafka, independently of core/wire. Writes vectors as JSON lines. Usage: schema_vectors.py KAFKA_CHECKOUT OUT.json
import json,re,random,struct,sys,os
S=sys.argv[1]+'/clients/src/main/resources/common/message/'
APIS=['Produce','Fetch','ListOffsets','Metadata','OffsetCommit','OffsetFetch','FindCoordinator','JoinGroup','Heartbeat','LeaveGroup','SyncGroup','ApiVersions','CreateTopics','InitProducerId','OffsetForLeaderEpoch','Vote','BeginQuorumEpoch','EndQuorumEpoch','AlterPartition','BrokerRegistration','BrokerHeartbeat','AllocateProducerIds']
LATER=['DescribeGroups','ListGroups','DeleteTopics','DescribeConfigs','AlterConfigs','CreatePartitions','DeleteGroups','IncrementalAlterConfigs','ListPartitionReassignments','OffsetDelete','DescribeCluster','DescribeLogDirs']  # after the others, whose bytes stay as they are
OLD={'DescribeLogDirs':1,'DeleteTopics':1,'DescribeConfigs':1,'Produce':3,'Fetch':4,'ListOffsets':1,'OffsetCommit':2,'OffsetFetch':1,'CreateTopics':2,'OffsetForLeaderEpoch':2,'AlterPartition':2}
def load(p):
    t=open(p).read(); t=re.sub(r'^\s*//.*$','',t,flags=re.M); return json.loads(t)
def rng(s):
    if s is None or s=='none': return (1,0)
    if s.endswith('+'): return (int(s[:-1]),9999)
    if '-' in s: a,b=s.split('-'); return (int(a),int(b))
    return (int(s),int(s))
def has(s,v): a,b=rng(s); return a<=v<=b
def uv(x):
    o=b''
    while x>=0x80: o+=bytes([x&0x7f|0x80]); x>>=7
    return o+bytes([x])
R=random.Random(20241025)
NUM={'int8':'>b','int16':'>h','int32':'>i','int64':'>q','uint16':'>H'}
ENUM={'IsolationLevel':(0,1),'LeaderRecoveryState':(0,1),'KeyType':(0,1),'Fenced':(-1,0,1),'InControlledShutdown':(0,1),'ResourceType':(2,4)}
class Enc:
    def __init__(s,v,flex,structs): s.v=v;s.f=flex;s.st=structs
    def struct(s,fields):
        out=b'';tags={}
        for f in fields:
            if not has(f['versions'],s.v): continue
            if 'tag' in f:
                if R.random()<0.6:
                    b=s.tagged(f)
                    if b is not None: tags[int(f['tag'])]=b
            else: out+=s.value(f,f['type'])
        if s.f:
            out+=uv(len(tags))
            for t in sorted(tags): out+=uv(t)+uv(len(tags[t]))+tags[t]
        return out
    def tagged(s,f):
        ty=f['type']
        # only values that are not the default
        if ty.startswith('[]'): return s.array(f,ty,R.randint(1,3))
        if ty=='string': return s.string('x%d'%R.randint(0,99))
        if ty=='bool': return b'\1'
        if ty=='uuid': return R.randbytes(16)
        if ty in NUM:
            vals=[x for x in ENUM.get(f['name'],(3,5,9)) if x!=int(f.get('default',0))]
            return struct.pack(NUM[ty],R.choice(vals))
        b=s.value(f,ty,False)
        return None if ty=='ReplicaState' and b.startswith(b'\xff'*12) else b
    def length(s,n,two):
        if s.f: return uv(n+1)
        return struct.pack('>h' if two else '>i',n)
    def string(s,t): return s.length(len(t),True)+t.encode()
    def null(s,two): return b'\0' if s.f else (b'\xff'*(2 if two else 4))
    def array(s,f,ty,n):
        o=s.length(n,False); el=ty[2:]
        for _ in range(n): o+=s.value({**f,'nullableVersions':None},el)
        return o
    def value(s,f,ty,dflt=True):
        nullable=has(f.get('nullableVersions'),s.v)
        if ty.startswith('[]'):
            if nullable and R.random()<0.3: return s.null(False)
            return s.array(f,ty,R.choice([0,1,1,2,3]))
        if ty=='string':
            if nullable and R.random()<0.4: return s.null(True)
            return s.string(R.choice(['','a','topic-%d'%R.randint(0,9),'z'*R.choice([130,300])]))
        if ty=='bytes':
            if nullable and R.random()<0.4: return s.null(False)
            b=R.randbytes(R.choice([0,1,7,200])); return s.length(len(b),False)+b
        if ty=='records': return s.length(0,False)
        if ty=='uuid': return R.randbytes(16)
        if ty=='bool': return bytes([R.randint(0,1)])
        if ty in NUM:
            n=f['name']
            if n in ENUM and ty=='int8': x=R.choice(ENUM[n])
            elif 'ErrorCode' in n: x=R.choice([-1,0,3,6,74,100])
            elif n=='Port' : x=R.randint(0,65535)
            else:
                c=[0,1,5,R.randint(2,120)]
                if ty!='uint16': c.append(-1)
                if ty in('int32','int64'): c+= [R.randint(0,2**31-1)]
                if ty=='int64' and not n.endswith('Ms'): c+=[R.randint(-2**63,2**63-1)]
                x=R.choice(c)
            return struct.pack(NUM[ty],x)
        fields=f.get('fields') or s.st[ty]
        return s.struct(fields)
out=[]
def go(d,kind,name,versions,n):
    st={c['name']:c['fields'] for c in d.get('commonStructs',[])}
    for v in versions:
        seen=set()
        for _ in range(12):
            if len(seen)==n: break
            b=Enc(v,has(d.get('flexibleVersions'),v),st).struct(d['fields']).hex()
            if len(b)>500 or b in seen: continue
            seen.add(b); out.append({'name':name,'kind':kind,'version':v,'hex':b})
def bodies(apis):
  for a in apis:
    for kind in('Request','Response'):
        d=load(S+a+kind+'.json'); lo,hi=rng(d['validVersions'])
        go(d,kind.lower(),a,range(max(lo,OLD.get(a,0)),hi+1),2)
bodies(APIS)
M=sys.argv[1]+'/metadata/src/main/resources/common/metadata/'
for r in 'RegisterBroker UnregisterBroker Topic Partition PartitionChange FenceBroker UnfenceBroker BrokerRegistrationChange FeatureLevel Config ProducerIds NoOp RemoveTopic'.split():
    d=load(M+r+'Record.json'); lo,hi=rng(d['validVersions']); k=len(out)
    go(d,'metadata',r+'Record',[hi],4)
    for o in out[k:]: o['hex']=(uv(1)+uv(d['apiKey'])+uv(hi)).hex()+o['hex']
bodies(LATER)
about='Bodies of every message that core/wire describes, made field by field from the JSON schemas of Apache Kafka (trunk of 2024-10-25) with random values by a separate encoder. kind metadata: a record with its frame. One a line.'
with open(sys.argv[2],'w') as f:
    f.write('{"about": %s,\n "licence": "made for this project; schemas Apache-2.0",\n "vectors": [\n'%json.dumps(about))
    f.write(',\n'.join(json.dumps(o) for o in out)+'\n]}\n')
print(len(out),os.path.getsize(sys.argv[2]))
