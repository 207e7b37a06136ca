import time, pytest
from django.db import connection
from tests.web.people import *
from tests.factories.corpus import *
from tests.web.addresses import *
@pytest.mark.django_db
def test_a(client):
    for n in (1, 12, 13):
        publish(by(*map(somebody, range(n))))
    with connection.cursor() as c:
        c.execute("ANALYZE")
        c.execute("TRUNCATE works_work, works_author CASCADE")
        c.execute("ANALYZE")
        c.execute("SET LOCAL statement_timeout = '15s'")
    t=time.time()
    take_in(by(*map(somebody, range(10000))))
    print("take", time.time()-t); t=time.time()
    refresh_all()
    print("refresh", time.time()-t); t=time.time()
    for a in (any_work(), researcher(somebody(9999)), researcher(somebody(9999), "graph/")):
        client.get(a); print(a, time.time()-t); t=time.time()
