from django.urls import path

from claims import (
    claim_views,
    confirm_views,
    correction_views,
    review_views,
    suppression_views,
    views,
)

urlpatterns = [
    path("researchers/<str:slug>/trust/", views.trust, name="trust"),
    path("researchers/<str:slug>/claim/", claim_views.begin, name="claim"),
    path(
        "researchers/<str:slug>/correct/",
        correction_views.correct_researcher,
        name="correct-researcher",
    ),
    path("works/<int:work_id>/correct/", correction_views.correct_work, name="correct-work"),
    path("corrections/<str:token>/", correction_views.ticket, name="correction"),
    path("moderation/", review_views.queue, name="reviews"),
    path("moderation/claims/<str:public_id>/", review_views.case, name="review"),
    path("moderation/suppressions/", suppression_views.suppressions, name="suppressions"),
    path("moderation/suppressions/new/", suppression_views.suppress, name="suppress"),
    path(
        "moderation/suppressions/<int:number>/lift/",
        suppression_views.lift,
        name="suppression-lift",
    ),
    path("moderation/events/", review_views.events, name="review-events"),
    path("claims/", claim_views.own_claims, name="own-claims"),
    path("claims/confirm/<str:link>/", confirm_views.confirm, name="confirm-claim"),
    path("claims/<str:public_id>/", claim_views.claim, name="own-claim"),
    path("claims/<str:public_id>/evidence/", claim_views.evidence, name="claim-evidence"),
    path("claims/<str:public_id>/code/<str:evidence_id>/", claim_views.code, name="claim-code"),
    path("claims/<str:public_id>/release/", claim_views.release, name="claim-release"),
]
