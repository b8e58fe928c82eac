"""From a problem to the field that mends it."""

import json

from playwright.sync_api import expect

from tests.test_check_page import make_faulty_tree
from wizard.tree import content


def test_problem_leads_to_its_field(staff_page, site):
    page = staff_page("/admin/wizard/tree/import/")
    document = json.dumps(json.loads(content.encode(make_faulty_tree())))
    page.locator("input[type=file]").set_input_files(
        {"name": "faulty.json", "mimeType": "application/json", "buffer": document.encode()}
    )
    page.locator("#content [type=submit]").first.click()
    page.locator("#content form [type=submit]").first.click()
    page.locator(".tree-bar a", has_text="Check").click()

    page.get_by_role("link", name="Help: The text is missing in English.").click()

    expect(page.locator("#id_help_en")).to_be_in_viewport()
    expect(page.locator("#id_help_en")).to_have_value("")
