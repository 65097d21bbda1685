#!/usr/bin/env python3
"""The real window, on a display of its own (Xvfb), driven by mouse and keys (xdotool).

Plays, steps, scrubs, crashes the leader from a menu, saves the branch as a scenario; the saved file then runs headless to the trace
hash that the window told. Exits 77, which ctest reads as skipped, where Xvfb or xdotool is not installed.

    tests/viz/window.py build/release/kafkasim
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

kafkasim = os.path.abspath(sys.argv[1])
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
scenario = os.path.join(root, "scenarios", "leader-crash.json")
width, height = 1280, 800

for program in ("Xvfb", "xdotool"):
    if not shutil.which(program):
        print(f"skipped: {program} is not installed")
        sys.exit(77)

folder = tempfile.mkdtemp(prefix="kafkasim-window-")
environment = dict(os.environ, XDG_CONFIG_HOME=os.path.join(folder, "config"), LIBGL_ALWAYS_SOFTWARE="1")


def fail(what):
    print("FAILED:", what)
    sys.exit(1)


def places(*more):
    """Where things stand in a picture of the same size: the window's layout follows from its size alone."""
    path = os.path.join(folder, "places.json")
    subprocess.run([kafkasim, "view", scenario, "--size", f"{width}x{height}", "--scale", "1", "--screenshot", os.path.join(folder, "x.png"),
                    "--places", path, *more], check=True, stdout=subprocess.DEVNULL)
    with open(path) as file:
        return json.load(file)


def start_display():
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    number = os.read(read, 16).decode().strip()
    environment["DISPLAY"] = ":" + number
    return server


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], env=environment, check=True, capture_output=True, text=True).stdout


def centre(at, name):
    if name not in at:
        fail(f"nothing is named {name}: {sorted(at)[:60]}")
    x, y, w, h = at[name]
    return x + w // 2, y + h // 2


def move(x, y):
    xdotool("mousemove", x, y)
    time.sleep(0.3)


def press(button):  # held for some frames: what goes down and up within one is not seen
    xdotool("mousedown", button)
    time.sleep(0.25)
    xdotool("mouseup", button)
    time.sleep(0.4)


def key(name):
    xdotool("keydown", name)
    time.sleep(0.2)
    xdotool("keyup", name)
    time.sleep(0.3)


def title():
    found = subprocess.run(["xdotool", "search", "--name", "^kafkasim: ", "getwindowname"], env=environment, capture_output=True, text=True)
    return found.stdout.strip()


def wait_for(what, holds, most=60):
    """The window tells in its title what it shows."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        if window.poll() is not None:
            fail(f"the window is gone while waiting for {what}: " + window.stderr.read())
        if holds(title()):
            return
        time.sleep(0.1)
    fail(f"{what} did not come; the title is '{title()}'")


def moment(text):  # "... at 9.1s, running ahead", in ms
    number, unit = re.search(r" at ([0-9.]+)(ms|s|m|us|ns)", text).groups()
    return float(number) * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1000, "m": 60000}[unit]


display = start_display()
window = None
try:
    time.sleep(0.5)
    at = places("--at", "9s")
    window = subprocess.Popen([kafkasim, "view", scenario, "--size", f"{width}x{height}", "--scale", "1", "--at", "0s"],
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("the window", lambda t: "leader-crash" in t)
    wait_for("the end of the run", lambda t: " at " in t and "running ahead" not in t)

    move(*centre(at, "btn.play"))
    press(1)
    wait_for("playing", lambda t: moment(t) >= 300)
    key("space")
    time.sleep(1)
    stood = title()
    time.sleep(1)
    if title() != stood:
        fail(f"the space bar does not stop it: '{stood}', then '{title()}'")
    key("comma")   # an event back
    key("period")  # and forth
    x, y, w, h = at["tape.epoch.0"]
    scrub = x + w * 9000 // 18915  # the first epoch ends with the election
    move(scrub, y + h // 2)
    press(1)
    wait_for("nine seconds", lambda t: 8500 <= moment(t) <= 9500)
    move(*centre(at, "node.broker 1"))
    press(3)  # its menu: the first line is its name, the second "Crash"
    xdotool("mousemove_relative", 37, 47)
    time.sleep(0.5)
    press(1)
    wait_for("a branch", lambda t: "branch B" in t)
    wait_for("the end of the branch", lambda t: " at " in t and "running ahead" not in t)
    saved = os.path.join(folder, "saved.json")
    key("ctrl+s")
    time.sleep(0.5)
    key("ctrl+a")
    xdotool("type", "--delay", "80", saved)
    time.sleep(1)
    key("Return")
    for _ in range(100):
        if os.path.exists(saved):
            break
        time.sleep(0.1)
    else:
        fail("the branch was not saved")
    key("u")  # taken back
    wait_for("the run as it was", lambda t: "branch A" in t)
    key("q")
    try:
        out, err = window.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        fail("q does not close the window")
    print(out, err)
    if window.returncode != 0:
        fail(f"exit code {window.returncode}")
    hashes = {line.split(":")[0]: line.rsplit(" ", 1)[-1] for line in out.splitlines() if "trace hash" in line}
    with open(saved) as file:
        added = json.load(file)["timeline"][-1]
    print("saved:", added)
    report = os.path.join(folder, "report.json")
    for path, branch in ((scenario, "branch A"), (saved, "branch B")):
        subprocess.run([kafkasim, "run", path, "--quiet", "--report", report], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(report) as file:
            headless = json.load(file)["trace_hash"]
        if hashes.get(branch) != headless:
            fail(f"{branch}: the window has {hashes.get(branch)}, a run without one {headless}")
    if "crash" not in added:
        fail(f"what was saved is not the crash: {added}")
    print("both branches give their hash without a window")
finally:
    if window and window.poll() is None:
        window.kill()
    display.kill()
    shutil.rmtree(folder, ignore_errors=True)
