"""heights of slot before and after, at both widths."""
import os, sys
from playwright.sync_api import expect
from tests.browser.conftest import *
from tests.browser.test_slice import worker, reveal, DRAWING, undrawn
from tests.web.addresses import researcher
def test_heights(sample, visitor):
    for size in ("narrow",):
        undrawn(sample)
        page = visitor(size).go(researcher(sample)); reveal(page)
        page.evaluate("""() => { window.all=[]; new PerformanceObserver(l => { for (const e of l.getEntries()) all.push([e.value, e.hadRecentInput, e.startTime, e.sources.map(s => [s.node && (s.node.outerHTML||'#text').slice(0,90), s.previousRect.y, s.currentRect.y, s.previousRect.height, s.currentRect.height])]) }).observe({type:'layout-shift', buffered:true}) }""")
        def boxes(): return page.evaluate("""() => [...document.querySelectorAll('#research-graph, #research-graph > *, #research-graph .stage > *')].map(e => [e.tagName, e.className.baseVal ?? e.className, Math.round(e.getBoundingClientRect().height)])""")
        before = boxes()
        with worker():
            expect(page.locator(DRAWING)).to_be_visible()
            page.wait_for_timeout(600)
        print(size, "\nBEFORE", before, "\nAFTER", boxes())
        for s in page.evaluate("all"): print("  shift", s)
        page.screenshot(path=f"/tmp/slicet/shots/view-{size}.png")
        page.locator("#research-graph").screenshot(path=f"/tmp/slicet/shots/slot-{size}.png")
