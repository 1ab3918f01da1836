"""用公开的客户端走一遍 Open311。 Walks the Open311 interface of a served city with public clients, and says what they did.

    python walk_open311.py http://127.0.0.1:8000 [--lon 117.97 --lat 37.38]

georeport reads (JSON and XML); three reports and reads. Exits with 1 at the first thing that is not as it should be.
"""

import argparse
import importlib
import itertools
import json
import sys
import uuid
from datetime import UTC, datetime, timedelta

import requests
from georeport import GeoReport

# three 0.8.0 was published for Python 2: this one name is all that it lacks to be loaded here.
itertools.ifilter = filter
three = importlib.import_module("three")

TEXT = "井盖破损 <b>小心</b> & “引号” 𠀀😀"
WAIT = 30


def must(holds, said):
    if not holds:
        sys.exit(f"NOT AS IT SHOULD BE: {said}")


def walk(base, lon, lat):
    root = f"{base.rstrip('/')}/open311/v2"
    seen = {"base": base, "discovery": discovery(root)}
    code = services(root, seen)
    number = report_with_three(root, code, lon, lat, seen)
    repeat(root, code, lon, lat, seen)
    read(root, code, number, seen)
    errors(root, code, seen)
    return seen


def discovery(root):
    found = three.Three(root).discovery()
    must(found["endpoints"][0]["formats"] == ["text/xml", "application/json"], "formats")
    return found["endpoints"][0]["specification"]


def services(root, seen):
    in_json = GeoReport(root).get_service_list()
    in_xml = GeoReport(root, output_format="xml").get_service_list()
    must(
        [s["service_code"] for s in in_json] == [s["service_code"] for s in in_xml],
        "services: JSON and XML differ",
    )
    must(len(three.Three(root).services()) == len(in_json), "services: three and georeport differ")
    code = in_json[0]["service_code"]
    definition = GeoReport(root).get_service_definition(code)
    again = GeoReport(root, output_format="xml").get_service_definition(code)
    must(definition["service_code"] == again["service_code"] == code, "service definition")
    must(bool(definition["attributes"]) == in_json[0]["metadata"], "metadata")
    seen["services"] = len(in_json)
    return code


def report_with_three(root, code, lon, lat, seen):
    client = three.Three(root)
    made = client.post(
        code, lat=lat, long=lon, description=TEXT, name="Ada Li", phone="13800000000",
        email="ada@example.org", client_key=str(uuid.uuid4()),
    )  # fmt: skip
    must(client.post_response.status_code == 201, client.post_response.text)
    must("/mine/" in client.post_response.links["edit"]["url"], "no private address")
    seen["reported_by_three"] = made[0]["service_request_id"]
    return made[0]["service_request_id"]


def repeat(root, code, lon, lat, seen):
    form = {"service_code": code, "lat": lat, "long": lon, "description": TEXT}
    header = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (
        requests.post(f"{root}/requests.xml", data=form, headers=header, timeout=WAIT) for _ in "12"
    )
    other = requests.post(f"{root}/requests.xml", data={**form, "phone": "1"}, headers=header, timeout=WAIT)
    must((first.status_code, second.status_code, other.status_code) == (201, 200, 409), "repetition")
    must(first.content == second.content, "a repetition got another receipt")
    seen["repetition"] = [first.status_code, second.status_code, other.status_code]


def read(root, code, number, seen):
    for kind in ("json", "xml"):
        client = GeoReport(root, output_format=kind)
        one = client.get_service_request(number)
        must(one["service_request_id"] == number and one["status"] == "open", f"{kind}: one request")
        must("Ada" not in json.dumps(one) and "13800000000" not in json.dumps(one), f"{kind}: personal data")
        must(not one["description"], f"{kind}: the text is shown")
        since = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        listed = client.get_service_requests(service_code=code, start_date=since, status="open")
        must(number in [row["service_request_id"] for row in listed], f"{kind}: list")
        seen[f"listed_{kind}"] = len(listed)
    must(three.Three(root).request(number)[0]["service_request_id"] == number, "three: one request")
    must(three.Three(root).requests(code, count=1)[0]["service_code"] == code, "three: list")


def errors(root, code, seen):
    asked = {
        "services/none.xml": 404, "requests/none.json": 404, "tokens/none.xml": 404,
        "requests.json?status=odd": 400, "services.xml?jurisdiction_id=elsewhere.org": 404,
    }  # fmt: skip
    for path, status in asked.items():
        must(requests.get(f"{root}/{path}", timeout=WAIT).status_code == status, path)
    refused = three.Three(root).post(code, lat=0, long=0, description="outside")
    must(refused[0]["code"] == 400 and "lat" in refused[0]["description"], "a point outside the city")
    seen["errors"] = refused[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("--lon", default="117.97")
    parser.add_argument("--lat", default="37.38")
    given = parser.parse_args()
    try:
        print(json.dumps(walk(given.base, given.lon, given.lat), ensure_ascii=False, indent=1))  # noqa: T201
    except requests.RequestException as error:
        sys.exit(f"{given.base} does not answer as it should: {error}")
