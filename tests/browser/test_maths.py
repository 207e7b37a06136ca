"""Formulas on the page of a work: drawn as MathML, accessible, and no wider than the screen."""

from tests.browser.conftest import Visitor
from tests.browser.test_every_page import faults_of, views
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


def test_formulas_fit_the_page(transactional_db: None, visitor: Visitor) -> None:
    publish(work("Jo Doe", title=r"Sums of $\frac{a+b}{2c}$ and $\sqrt{xy}$", abstract=ABSTRACT))
    page = visitor().go(f"/works/{Work.objects.get().pk}/")
    assert faults_of(page, "maths") == []
    assert page.locator("h1 math").count() == 2
    assert page.locator(".prose math").count() == 5
    scrolls = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).length"
    for view in views(page):
        assert page.locator(".prose .formula").evaluate_all(scrolls) >= 2, view
