"""Formulas on the page of a work: drawn as MathML, accessible, and no wider than the screen."""

import pytest

from tests.browser.conftest import SIZES, Look, Visitor
from tests.browser.test_every_page import LOOKS, overflow, shoot, violations
from tests.factories.corpus import publish
from tests.factories.records import work
from works.models import Work

LONG = r"\sum_{i=1}^n \frac{a_i+b_i}{c_i}" + r" + \sum_{j=1}^m \sqrt{x_j+y_j}" * 6
ABSTRACT = (
    rf"We show $O(\sqrt{{n\log n}})$ and $\frac{{a+b}}{{2c}}$. It holds that"
    rf" $${LONG}$$ and ${LONG}$, where"
    r" $$A = \begin{pmatrix}a & b \\ c & d\end{pmatrix},\quad"
    r" f(x) = \begin{cases}1 & x > 0 \\ 0 & \text{otherwise}\end{cases}$$ for every $x$."
)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
def test_formulas_fit_the_page(
    transactional_db: None, visitor: Visitor, size: str, look: Look
) -> None:
    publish(work("Jo Doe", title=r"Sums of $\frac{a+b}{2c}$ and $\sqrt{xy}$", abstract=ABSTRACT))
    page = visitor(size, look).go(f"/works/{Work.objects.get().pk}/")
    shoot(page, f"maths-{size}-{look}")
    assert violations(page) + overflow(page) == []
    assert page.locator("h1 math").count() == 2
    assert page.locator(".prose math").count() == 5
    scrolls = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
    assert page.locator(".prose .formula").evaluate_all(scrolls) >= 2
