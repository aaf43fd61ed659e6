"""Fills an empty Keystone: seed.py IDENTITY IMAGE OPEN_IMAGE KEYS RESULT writes what a test has to know."""
import json
import sys
import urllib.request

identity, image, open_image, keys, result = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(method, path, body=None, token=None):
    request = urllib.request.Request(identity + path, method=method, data=json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("X-Auth-Token", token)
    with opener.open(request, timeout=120) as answer:
        content = answer.read()
        return answer.headers, json.loads(content) if content else None


def make(kind, path, **values):
    return ask("POST", path, {kind: values}, admin)[1][kind]["id"]


def log_in(name, password, project):
    domain = {"id": "default"}
    proof = {"methods": ["password"], "password": {"user": {"name": name, "domain": domain, "password": password}}}
    headers, _ = ask("POST", "/auth/tokens", {"auth": {"identity": proof, "scope": {"project": {"name": project, "domain": domain}}}})
    return headers["X-Subject-Token"]


admin = log_in("admin", "admin-secret", "admin")
roles = {role["name"]: role["id"] for role in ask("GET", "/roles", token=admin)[1]["roles"]}
if "service" not in roles:
    roles["service"] = make("role", "/roles", name="service")

# Barbican's own role for those who may keep secrets.
if "creator" not in roles:
    roles["creator"] = make("role", "/roles", name="creator")
accounts = {}
for name, project, role in (("demo", "demo", "member"), ("other", "other", "member"), ("cinder", "service", "service")):
    project_id = make("project", "/projects", name=project, domain_id="default")
    user_id = make("user", "/users", name=name, password=name + "-secret", domain_id="default")
    ask("PUT", f"/projects/{project_id}/users/{user_id}/roles/{roles[role]}", token=admin)
    ask("PUT", f"/projects/{project_id}/users/{user_id}/roles/{roles['creator']}", token=admin)
    accounts[name] = {"user": name, "userId": user_id, "password": name + "-secret", "project": project, "projectId": project_id}

make("region", "/regions", id="RegionTwo")
service = make("service", "/services", name="glance", type="image")
for side in ("public", "internal", "admin"):
    make("endpoint", "/endpoints", service_id=service, interface=side, region_id="RegionOne", url=image)
make("endpoint", "/endpoints", service_id=service, interface="public", region_id="RegionTwo", url=image + "/v2")
service = make("service", "/services", name="barbican", type="key-manager")
make("endpoint", "/endpoints", service_id=service, interface="public", region_id="RegionOne", url=keys)

demo = log_in("demo", "demo-secret", "demo")
credential = ask(
    "POST", f"/users/{accounts['demo']['userId']}/application_credentials",
    {"application_credential": {"name": "tests", "secret": "credential-secret"}}, demo)[1]["application_credential"]
with open(result, "w", encoding="utf-8") as file:
    json.dump({
        "identity": identity, "image": image, "openImage": open_image, "keys": keys, "accounts": accounts,
        "applicationCredential": {"id": credential["id"], "name": "tests", "secret": "credential-secret"},
    }, file, indent=1)
