from django.urls import path

from bzpeer.lib import views

urlpatterns = [
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("robots.txt", views.robots),
    path(".well-known/security.txt", views.security_txt),
]
