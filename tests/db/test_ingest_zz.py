import random
import pytest
from django.db import connection
from tests.factories.corpus import *
from tests.factories.records import *
pytestmark = pytest.mark.django_db
def test_a():
    rng=random.Random(1)
    pool=[chr(c) for c in range(0x3300,0x3358)]+[chr(c) for c in (0xfdfa,0xfdfb)]+[chr(c) for c in range(0xfc00,0xfd3d)]
    n="".join(rng.choice(pool) for _ in range(300))
    print(take_in(work(n)))
def test_b():
    print(take_in(work("A B", number=1)))
    print(take_in(work("A B", number=2)))
    publish(work("X. Lin", number=3)); 
