"""The page of an institution: what a registry says of it, its researchers and its works."""

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)

from works import institutions, lists
from works.institution_pages import institution_context, institution_url
from works.listing import render_list
from works.pages import MAX_PAGE, number_in
from works.web import fresh


@fresh
def institution(request: HttpRequest, slug: str) -> HttpResponse:
    found = institutions.institution(slug)
    if found is None:
        raise Http404
    if found.slug != slug:  # an old name, or another spelling of the identifier
        return HttpResponsePermanentRedirect(institution_url(found.slug))
    people_page = _page(request, "people")
    asked = lists.WorksFilter(page=_page(request, "page"))
    people = institutions.members(found.id, people_page)
    works = lists.works_of_institution(found.id, asked)
    if (people_page > 1 and not people) or (asked.page > 1 and not works):
        return HttpResponseRedirect(institution_url(found.slug))
    context = institution_context(found, people, people_page, works, asked)
    return render_list(request, "works/institution.html", context, works)


def _page(request: HttpRequest, name: str) -> int:
    return number_in(request.GET.get(name, ""), 1, MAX_PAGE) or 1
