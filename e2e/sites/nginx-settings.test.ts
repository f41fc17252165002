import { expect, test } from "vitest";
import { nginxSettings } from "./nginx-settings.ts";

const settings = nginxSettings({
  directory: "/front",
  port: 8443,
  redirectPort: 8080,
  places: [
    {
      kind: "hub",
      domain: "gatehouse.test",
      name: "login.gatehouse.test",
      upstream: "127.0.0.1:4000",
      chain: "/front/hub.pem",
      key: "/front/hub.key",
    },
    {
      kind: "site",
      domain: "harbour-bank.test",
      name: "www.harbour-bank.test",
      upstream: "127.0.0.1:4001",
      chain: "/front/bank.pem",
      key: "/front/bank.key",
    },
  ],
});

test("nothing of the examples' own names, ports and files is left", () => {
  expect(settings).not.toMatch(/example\.com|\/etc\/|listen 80|listen 443|:300\d/);
  expect(settings.match(/listen 127\.0\.0\.1:8443 ssl http2;/g)).toHaveLength(4);
  for (const line of [
    "server_name login.gatehouse.test;",
    "server 127.0.0.1:4000;",
    "ssl_certificate_key /front/bank.key;",
    "listen 127.0.0.1:8080 default_server;",
  ])
    expect(settings).toContain(line);
});

test("a name with a port in it leads to that port, under its own domain only", () => {
  const [, pattern = ""] = /server_name ~(\S+harbour\S+);/.exec(settings) ?? [];
  const name = new RegExp(pattern);
  expect(name.exec("bank-40123.harbour-bank.test")?.groups?.app_port).toBe("40123");
  for (const other of [
    "bank-40123.harbour-bank.test.example",
    "bank-40123.harbour-bankxtest",
    "bank-.harbour-bank.test",
  ])
    expect(name.test(other), other).toBe(false);
  expect(settings).toContain("proxy_pass http://127.0.0.1:$app_port;");
});
