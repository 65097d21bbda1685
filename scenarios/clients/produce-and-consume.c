/* librdkafka, in C: COUNT records of SIZE bytes go to TOPIC with acks=all and idempotence, and every one of them is read back.
 *
 *   cc produce-and-consume.c -lrdkafka -o produce-and-consume
 *   ./produce-and-consume BOOTSTRAP TOPIC COUNT SIZE [no-consume]
 *
 * Exits 1 if a record was refused, is missing, or comes twice. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long acked, failed;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client, (void)opaque;
  if (message->err) {
    if (failed++ == 0) fprintf(stderr, "refused: %s\n", rd_kafka_err2str(message->err));
  } else {
    ++acked;
  }
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[256];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) return;
  fprintf(stderr, "%s\n", why);
  exit(2);
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char why[256];
  rd_kafka_t *made = rd_kafka_new(type, conf, why, sizeof why);
  if (made) return made;
  fprintf(stderr, "%s\n", why);
  exit(2);
}

static void produce(const char *bootstrap, const char *topic, long count, size_t size) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "acks", "all");
  set(conf, "enable.idempotence", "true");
  set(conf, "queue.buffering.max.messages", "10000000");
  set(conf, "queue.buffering.max.kbytes", "2000000");
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, conf);
  char *value = malloc(size + 1);
  memset(value, 'x', size);
  const double begin = now();
  for (long i = 0; i < count; ++i) {
    char number[24];
    const int digits = snprintf(number, sizeof number, "%ld ", i);
    memcpy(value, number, (size_t)digits < size ? (size_t)digits : size);
    while (rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_VALUE(value, size), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL)
      rd_kafka_poll(producer, 10);
    if (i % 1000 == 0) rd_kafka_poll(producer, 0);
  }
  rd_kafka_flush(producer, 120000);
  const double seconds = now() - begin;
  printf("produced %ld, refused %ld, %.3f s, %.0f records/s\n", acked, failed, seconds, (double)acked / seconds);
  free(value);
  rd_kafka_destroy(producer);
}

static int consume(const char *bootstrap, const char *topic, long count) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "group.id", "reader");
  set(conf, "auto.offset.reset", "earliest");
  set(conf, "queued.min.messages", "1000000");
  rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(consumer, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  unsigned char *seen = calloc((size_t)count, 1);
  long read = 0, twice = 0;
  double begin = 0;
  for (double last = now(); read < count && now() - last < 30;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 1000);
    if (!message) continue;
    if (!message->err) {
      if (read == 0) begin = now();
      const long number = strtol(message->payload, NULL, 10);
      if (number < 0 || number >= count || seen[number]++) ++twice;
      ++read;
      last = now();
    }
    rd_kafka_message_destroy(message);
  }
  const double seconds = now() - begin;
  printf("consumed %ld, unexpected or twice %ld, %.3f s, %.0f records/s\n", read, twice, seconds, (double)read / seconds);
  free(seen);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return read == count && twice == 0;
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: %s BOOTSTRAP TOPIC COUNT SIZE [no-consume]\n", argv[0]);
    return 2;
  }
  const long count = atol(argv[3]);
  produce(argv[1], argv[2], count, (size_t)atol(argv[4]));
  if (failed || acked != count) return 1;
  return argc > 5 || consume(argv[1], argv[2], count) ? 0 : 1;
}
