fact0 = missing
fact1 = in_latest_time_window lookback "36h0m0s"
fact2 = newly_updated
fact3 = executed_with_tags keys ["team"] values ["a": "1", "b": "2"]
fact4 = any_new_update_has_run_tags keys [] values []

cron0 = "0 9 * * 1-5" "Europe/Berlin"

filter0 = ""
filter1 = "allow(group:g) ignore(\"x\")" allow ["a", "b/c"] ignore ["x"]
filter2 = "blocking_only" blocking
filter3 = "allow(tag:none)" allow []

key0 = "other/asset"

state0 = since ["cron_tick_passed(cron_schedule=0 9 * * 1-5, cron_timezone=Europe/Berlin)", state1] trigger time5 reset time4
state1 = since ["ANY_DEPS_MATCH", "other/asset"] trigger time1 reset time3
state2 = newly ["code_version_changed"]
state3 = version [- "AND", 6 "ANY_DEPS_MATCH", - entity1, 0 "code_version_changed"]
state4 = version [state2 at entity0, 0 "code_version_changed"]

time0 = update block1 r1
time1 = call block0 r4 at 3 from time0
time2 = request block2 r1
time3 = call block0 r5 at 4 from time2
time4 = trigger block0 r6 from time1
time5 = cron block0 r3 cron0

block0 registers 29 node0:
    0  none      r1
    1  all       r2
    2  cron      r3, cron0, r2
    3  anydeps   r4, r2, block1, filter0
    4  match     r5, r2, block2, key0
    5  since     r6, r4, r5, state1
    6  since     r7, r3, r6, state0
    7  version   r8, r2, state4
    8  newly     r9, r8, r0, state2
    9  fact      r10, fact1, r0
   10  within    r11, fact3, r0
   11  fact      r12, fact4, r0
   12  asking    r13, r0
   13  first     r14, r0
   14  root      r15, r0
   15  sub       r16, r0, r10
   16  or        r17, r12, r13
   17  skip      r17, 20
   18  and       r18, r17, r14
   19  and       r19, r18, r15
   20  alldeps   r20, r0, block3, filter1
   21  anychecks r21, r0, block4, filter2
   22  allchecks r22, r0, block5, filter3
   23  anydeps   r23, r0, block6, filter0
   24  and       r24, r7, r9
   25  or        r25, r24, r16
   26  and       r26, r25, r23
   27  lacking   r27, r0, filter1
   28  coming    r28, r0, filter0
   29  return    r26

block1 registers 2 node5:
    0  fact      r1, fact2, r0
    1  return    r1

block2 registers 2 node7:
    0  asked     r1, r0
    1  return    r1

block3 registers 2 node13:
    0  within    r1, fact0, r0
    1  return    r1

block4 registers 2 node15:
    0  within    r1, fact0, r0
    1  return    r1

block5 registers 2 node17:
    0  within    r1, fact0, r0
    1  return    r1

block6 registers 2 node19:
    0  version   r1, r0, state3
    1  return    r1

node0 = "AND" label "every \"operation\"" in block0 r26 of r0 children [node1, node8, node10, node12, node14, node16, node18]
  node1 = "SINCE" in block0 r7 of r0 children [node2, node3] state0
    node2 = "cron_tick_passed(cron_schedule=0 9 * * 1-5, cron_timezone=Europe/Berlin)" in block0 r3 of r2
    node3 = "SINCE" in block0 r6 of r2 children [node4, node6] state1
      node4 = "ANY_DEPS_MATCH" in block0 r4 of r2 call 3
        node5 = "newly_updated" in block1 r1 of r0
      node6 = "other/asset" in block0 r5 of r2 call 4 matches
        node7 = "newly_requested" in block2 r1 of r0
  node8 = "NEWLY_TRUE" in block0 r9 of r0 children [node9] state2
    node9 = "code_version_changed" in block0 r8 of r2 state4
  node10 = "NOT" in block0 r16 of r0 children [node11]
    node11 = "in_latest_time_window" in block0 r10 of r0
  node12 = "ALL_DEPS_MATCH(allow_selection=group:g)" in block0 r20 of r0 call 20
    node13 = "missing" in block3 r1 of r0
  node14 = "ANY_CHECKS_MATCH(blocking_only=True)" in block0 r21 of r0 call 21
    node15 = "missing" in block4 r1 of r0
  node16 = "ALL_CHECKS_MATCH" in block0 r22 of r0 call 22
    node17 = "missing" in block5 r1 of r0
  node18 = "ANY_DEPS_MATCH" in block0 r23 of r0 call 23
    node19 = "code_version_changed" in block6 r1 of r0 state3
