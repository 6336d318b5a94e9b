#include <gtest/gtest.h>

#include <algorithm>

#include "broker-configs/mosquitto.hpp"
#include "broker-configs/render.hpp"
#include "core/text.hpp"

namespace epki::broker {
namespace {

config::Project project() {
  config::Project p;
  p.folder = "/srv/my pki";
  p.broker.hosts = {"broker.test"};
  return p;
}

std::vector<std::string> settings(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n'))
    if (!line.empty() && line.front() != '#') lines.emplace_back(line);
  return lines;
}

bool has(const std::vector<std::string>& lines, std::string_view line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST(Render, TheFirstListenerIsTheTlsOneOnAllAddresses) {
  const auto lines = settings(*render_configuration(project()));
  const auto listener = std::find_if(lines.begin(), lines.end(), [](auto& l) { return l.starts_with("listener"); });
  ASSERT_NE(listener, lines.end());
  EXPECT_EQ(*listener, "listener 8883");
  EXPECT_EQ(*(listener + 1), "certfile /srv/my pki/broker/certs/server.pem");
  EXPECT_EQ(*(listener + 2), "keyfile /srv/my pki/broker/certs/server.key");
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](auto& l) { return l.starts_with("listener"); }), 1)
      << "no listener without TLS";
}

TEST(Render, AnonymousClientsAreBoundToTheAccessList) {
  const auto lines = settings(*render_configuration(project()));
  EXPECT_TRUE(has(lines, "allow_anonymous true"));
  EXPECT_TRUE(has(lines, "acl_file /srv/my pki/broker/acl"));
  EXPECT_FALSE(has(lines, "require_certificate true"));
  EXPECT_EQ(settings(*acl_text(project())),
            (std::vector<std::string>{"topic readwrite ec200u/#", "pattern readwrite ec200u/#"}));
}

TEST(Render, MutualAsksForCertificatesOfTheDeviceRoot) {
  auto p = project();
  p.broker.mutual = true;
  p.broker.listen = "::1";
  const auto lines = settings(*render_configuration(p));
  EXPECT_TRUE(has(lines, "listener 8883 ::1"));
  EXPECT_TRUE(has(lines, "allow_anonymous false"));
  EXPECT_TRUE(has(lines, "require_certificate true"));
  EXPECT_TRUE(has(lines, "use_identity_as_username true"));
  EXPECT_TRUE(has(lines, "cafile /srv/my pki/broker/certs/client-ca.pem"));
  EXPECT_EQ(settings(*acl_text(p)),
            (std::vector<std::string>{"pattern readwrite ec200u/%u/#", "pattern readwrite ec200u/selftest"}));
}

TEST(Render, EverySettingHasACommentAboveItsGroup) {
  const auto text = *render_configuration(project());
  std::string_view before = "";
  for (const auto line : split(text, '\n')) {
    if (before.empty() && !line.empty()) {
      EXPECT_EQ(line.front(), '#') << line;
    }
    before = line;
  }
}

TEST(Render, SaysWhereTheBrokerIsReachedFromHere) {
  auto p = project();
  for (const auto& [listen, at] :
       {std::pair{"", "127.0.0.1"}, {"0.0.0.0", "127.0.0.1"}, {"::", "::1"}, {"10.0.0.1", "10.0.0.1"}}) {
    p.broker.listen = listen;
    EXPECT_EQ(reachable_at(p), at);
  }
}

}  // namespace
}  // namespace epki::broker
