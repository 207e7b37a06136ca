from django.urls import path

from claims import correction_views, views

urlpatterns = [
    path("researchers/<str:slug>/trust/", views.trust, name="trust"),
    path("researchers/<str:slug>/claim/", views.claim, name="claim"),
    path(
        "researchers/<str:slug>/correct/",
        correction_views.correct_researcher,
        name="correct-researcher",
    ),
    path("works/<int:work_id>/correct/", correction_views.correct_work, name="correct-work"),
    path("corrections/<str:token>/", correction_views.ticket, name="correction"),
]
