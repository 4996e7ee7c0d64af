rule0 = "sales" pattern "sales_{date}.csv" folder "in/{region}/" targets [target1]
rule1 = "any" pattern "*" targets [target2, target3]

target0 = "landing"
target1 = "sales[{date}]"
target2 = "other"
target3 = "log"

block0 registers 6:
    0  base      r1, 1
    1  matched   r2
    2  earliest  r3, r2
    3  otherwise r3, quarantine
    4  targets   r4, r3
    5  or        r5, r1, r4
    6  return    r5
