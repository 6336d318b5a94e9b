#include "verify/infer/policy.hpp"

#include <gtest/gtest.h>

namespace epki::infer {
namespace {

Policy with(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
  Policy policy = unknown_policy();
  for (const auto& [row, value] : rows) policy.set(row, value);
  return policy;
}

TEST(PolicyWords, EveryClassIsReadBackFromItsWord) {
  for (const auto value :
       {Class::uploaded, Class::union_of_both, Class::built_in, Class::built_in_when_nothing_uploaded,
        Class::unverified, Class::uploaded_not_honoured, Class::inconclusive}) {
    EXPECT_EQ(parse_class(word(value)), value);
  }
  EXPECT_FALSE(parse_class("protected").has_value());
}

TEST(PolicyWords, JsonHasEveryRowInOrder) {
  const auto json = with({{"anchors", "union"}}).json();
  ASSERT_EQ(json.size(), 10U);
  EXPECT_EQ(json["knobs"].size(), 3U);
  EXPECT_EQ(json.members().front().first, "anchors");
  EXPECT_EQ(json["anchors"].text(), "union");
  EXPECT_EQ(json["eku"].text(), "unknown");
}

TEST(Canonical, UnverifiedHidesEverythingElse) {
  const auto policy =
      canonical(with({{"anchors", "unverified"}, {"hostname", "checked"}, {"decided", "in-handshake"}}));
  EXPECT_EQ(policy.at("anchors"), "unverified");
  EXPECT_EQ(policy.at("hostname"), "unknown");
  EXPECT_EQ(policy.at("decided"), "unknown");
}

TEST(Canonical, NeverLooksLikeUnverified) {
  EXPECT_EQ(canonical(with({{"anchors", "uploaded"}, {"decided", "never"}})).rows,
            canonical(with({{"anchors", "unverified"}})).rows);
}

TEST(Canonical, BuiltInHidesWhatNeedsAKey) {
  const auto policy = canonical(with({{"anchors", "built-in"},
                                      {"hostname", "checked"},
                                      {"eku", "checked"},
                                      {"self_signed_upload", "accepted"},
                                      {"decided", "in-handshake"}}));
  EXPECT_EQ(policy.at("hostname"), "checked");
  EXPECT_EQ(policy.at("decided"), "in-handshake");
  EXPECT_EQ(policy.at("eku"), "unknown");
  EXPECT_EQ(policy.at("self_signed_upload"), "unknown");
}

TEST(Canonical, AfterHandshakeHidesTheAnchors) {
  const auto policy = canonical(with({{"anchors", "union"}, {"hostname", "checked"}, {"decided", "after-handshake"}}));
  EXPECT_EQ(policy.at("anchors"), "unknown");
  EXPECT_EQ(policy.at("hostname"), "checked");
}

}  // namespace
}  // namespace epki::infer
