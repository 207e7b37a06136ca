"""Openness is said once a person: it moves from the words of each claim to the person's wishes.

The column stays for one release, with a default, so that the code of the last one still runs.
"""

from django.db import migrations

HELD = "c.state IN ('accepted', 'disputed')"

TO_WISHES = f"""
INSERT INTO claims_collaborationwishes
    (user_id, is_open, open_to, from_level, a_month, seeks, words)
SELECT DISTINCT c.user_id, true, '{{}}'::varchar[], 2, 5, '{{}}'::varchar[], ''
FROM profiles_profile p JOIN claims_claim c ON c.id = p.claim_id
WHERE p.open_to_collaborate AND {HELD}
ON CONFLICT (user_id) DO UPDATE SET is_open = true
"""
TO_PROFILES = f"""
INSERT INTO profiles_profile (
    claim_id, tagline, role, links, open_to_collaborate, featured, shown_name, other_names
)
SELECT c.id, '', '', '[]', w.is_open, '[]', '', '[]'
FROM claims_claim c JOIN claims_collaborationwishes w USING (user_id)
WHERE {HELD}
ON CONFLICT (claim_id) DO UPDATE SET open_to_collaborate = excluded.open_to_collaborate
"""
DEFAULT = "ALTER TABLE profiles_profile ALTER open_to_collaborate SET DEFAULT false"
NO_DEFAULT = "ALTER TABLE profiles_profile ALTER open_to_collaborate DROP DEFAULT"


class Migration(migrations.Migration):
    dependencies = [("profiles", "0006_suggestions"), ("claims", "0008_openness")]

    operations = [
        migrations.RunSQL(TO_WISHES, TO_PROFILES),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DEFAULT, NO_DEFAULT)],
            state_operations=[
                migrations.RemoveField(model_name="profile", name="open_to_collaborate")
            ],
        ),
    ]
