from django.urls import path

from graph import fragments, path_views, views

urlpatterns = [
    path("researchers/<str:slug>/graph/", views.nearby, name="nearby"),
    path("researchers/<str:slug>/graph/slice/", fragments.slice_piece, name="slice"),
    path("explore/", views.explore, name="explore"),
    path("explore/path/", path_views.connection, name="explore-path"),
]
