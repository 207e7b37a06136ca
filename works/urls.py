from django.urls import path

from works import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("researchers/", views.browse, name="browse"),
    path("researchers/<str:slug>/works/", views.researcher_works, name="researcher-works"),
    path("works/<int:work_id>/", views.work, name="work"),
    path("topics/<str:slug>/", views.topic, name="topic"),
]
