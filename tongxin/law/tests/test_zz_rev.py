from datetime import date, timedelta
import pytest
from tongxin.law.tests.test_changing import *
from tongxin.law.tests.test_changing import enter, note, confirm, old_version, a_text, OLD, NAME, SOON, NOW, day_at, DECISION
from tongxin.law.models import *
for n in list(globals()):
    if n.startswith("test_"): del globals()[n]
pytestmark = pytest.mark.django_db
LATER = date(2027,1,1)
LAST = date(2027,3,1)

def vs():
    return [(v.adopted.isoformat(), v.in_force_from, v.in_force_to) for v in Version.objects.filter(instrument__key=OLD[0]).order_by("adopted")]

def force(key, day):
    return [(str(c.version.adopted), c.key, c.text[:30]) for c in Clause.objects.filter(in_force(day=day), version__instrument__key=OLD[0], key=key).select_related("version")]

def test_z0_keys(db):
    from collections import Counter
    ks=[k for k in Clause.objects.filter(version=old_version()).values_list("key",flat=True)]
    print("KEYS",[k for k in ks if k.startswith("a35") or ".p2" in k][:30])

def test_z1_para_revive(db):
    k=[k for k in Clause.objects.filter(version=old_version(),key__endswith=".p2").values_list("key",flat=True)][0]
    art=k.split(".")[0]
    by1=enter()
    confirm(note(by1,"repeal",k,day=SOON))
    print("AFTER REPEAL on LATER", k, force(k,LATER))
    by2=enter(DECISION.format(words="再改。").replace("12月1日","12月20日"), key="cn/binzhou/decision2", adopted=date(2026,11,21), in_force_from=date(2026,12,20), title="关于再次修改的决定")
    confirm(note(by2,"substitute",art+".p1",text="新的第一款。",day=date(2026,12,20)))
    print("AFTER SUBST p1 on LATER", force(k,LATER), vs())

def test_z2_lost_superseded(db):
    by1=enter()
    by2=enter(DECISION.format(words="再改。"), key="cn/binzhou/decision2", adopted=date(2026,11,21), in_force_from=SOON, title="关于再次修改的决定")
    e2=note(by2,"substitute","a36",text="B改的三十六条。",day=LATER)
    confirm(note(by1,"substitute","a35",text="A改的三十五条。",day=SOON))
    print("Z2 before", force("a35",LATER))
    try:
        confirm(e2)
    except Exception as e: print("Z2 REFUSED", e); return
    print("Z2 after", force("a35",LATER), force("a36",LATER), vs())

def test_z3_lost_future(db):
    by1=enter()
    by2=enter(DECISION.format(words="再改。"), key="cn/binzhou/decision2", adopted=date(2026,11,21), in_force_from=SOON, title="关于再次修改的决定")
    confirm(note(by1,"substitute","a35",text="A改的三十五条。",day=LATER))
    try:
        confirm(note(by2,"repeal","a36",day=SOON))
    except Exception as e: print("Z3 REFUSED", e); return
    print("Z3 repealed a36 between", force("a36",date(2026,12,15)), "later", force("a36",LATER), vs())

def test_z3b_susp(db):
    by1=enter()
    confirm(note(by1,"substitute","a35",text="A改的三十五条。",day=LATER))
    try:
        confirm(note(by1,"suspend","a36",day=SOON))
    except Exception as e: print("Z3b REFUSED", e); return
    print("Z3b suspended between", force("a36",date(2026,12,15)), "later", force("a36",LATER), vs())

def test_z3c_subst(db):
    by1=enter()
    by2=enter(DECISION.format(words="再改。"), key="cn/binzhou/decision2", adopted=date(2026,11,21), in_force_from=SOON, title="关于再次修改的决定")
    confirm(note(by1,"substitute","a35",text="A改的三十五条。",day=LATER))
    try:
        confirm(note(by2,"substitute","a36",text="B改的三十六条。",day=SOON))
    except Exception as e: print("Z3c REFUSED", e); return
    print("Z3c between", force("a36",date(2026,12,15)), "later", force("a36",LATER), vs())

def test_z4_late_revive(db):
    by1=enter(adopted=date(2026,11,1), in_force_from=date(2026,11,24))
    confirm(note(by1,"repeal","a35",day=date(2026,11,24)))
    print("Z4 a35 after repeal at 12-15", force("a35",date(2026,12,15)))
    by2=enter(DECISION.format(words="再改。"), key="cn/binzhou/decision2", adopted=date(2026,11,21), in_force_from=SOON, title="关于再次修改的决定")
    try:
        confirm(note(by2,"substitute","a36",text="B改的三十六条。",day=SOON), note(by2,"substitute","a35",text="B改的三十五条。",day=LATER))
    except Exception as e: print("Z4 REFUSED", e); return
    print("Z4 now at 12-15", force("a35",date(2026,12,15)), vs())

def test_z5_ended_revive(db):
    pass
    by2=enter()
    try:
        confirm(note(by2,"substitute","a36",text="B改的三十六条。",day=SOON))
    except Exception as e: print("Z5 REFUSED", e); return
    print("Z5", force("a35",LATER), vs())

def test_z6_crash_insert(db, client):
    by=enter()
    for kind, kw in (("insert",dict(clause="axx",text="x")),("insert",dict(clause="a35.q",text="x")),("renumber",dict(clause="a35",to_clause="ax")),("insert",dict(clause="a",text="x"))):
        try:
            n=note(by,kind,**kw)
        except Exception as e:
            print("Z6 propose refused", kind,kw,repr(e)); continue
        try: confirm(n)
        except Exception as e: print("Z6 confirm", kind, kw, type(e).__name__, e)
        try:
            closings(key="cn/binzhou/decision", day=SOON, today=TODAY); print("Z6 preview ok")
        except Exception as e: print("Z6 preview", kind, kw, type(e).__name__, e)
        pass

def test_z7_stopiter(db, client):
    by=enter()
    k=[k for k in Clause.objects.filter(version=old_version(),key__endswith=".p2").values_list("key",flat=True)][0]
    a=note(by,"repeal",k); b=note(by,"substitute",k,text="新。"); 
    try: confirm(a,b,knowing=("two_effects_one_day",))
    except BaseException as e: print("Z7 confirm", type(e).__name__, e)
    try: closings(key="cn/binzhou/decision", day=SOON, today=TODAY); print("Z7 preview ok")
    except BaseException as e: print("Z7 preview", type(e).__name__, e)
    client.raise_request_exception=False
    r=client.get("/law/impact/?instrument=cn/binzhou/decision&on=2026-12-01"); print("Z7 page", r.status_code)
    b2=note(by,"substitute",k.split(".")[0],text="整条。")
    try: confirm(b2,b,knowing=("two_effects_one_day",))
    except BaseException as e: print("Z7b confirm", type(e).__name__, e)
