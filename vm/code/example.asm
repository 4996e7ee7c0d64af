fact0 = in_latest_time_window
fact1 = newly_updated

filter0 = ""

state0 = since ["ANY_DEPS_MATCH", "newly_requested"] trigger time1 reset time2

time0 = update block1 r1
time1 = call block0 r4 at 3 from time0
time2 = request block0 r5

block0 registers 8 node0:
    0  fact      r1, fact0, r0
    1  and       r2, r0, r1
    2  all       r3
    3  anydeps   r4, r3, block1, filter0
    4  asked     r5, r3
    5  since     r6, r4, r5, state0
    6  and       r7, r2, r6
    7  return    r7

block1 registers 2 node4:
    0  fact      r1, fact1, r0
    1  return    r1

node0 = "AND" in block0 r7 of r0 children [node1, node2]
  node1 = "in_latest_time_window" in block0 r1 of r0
  node2 = "SINCE" label "updated" in block0 r6 of r2 children [node3, node5] state0
    node3 = "ANY_DEPS_MATCH" in block0 r4 of r3 call 3
      node4 = "newly_updated" in block1 r1 of r0
    node5 = "newly_requested" in block0 r5 of r3
