// Every policy word, carried out in handshakes with an OpenSSL server. The tables are those of the trust-probing
// reference, section 6, as far as a server that holds the keys can present the cases.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tls_bench.hpp"

namespace epki::sim::bench {
namespace {

using std::chrono::hours;

struct Probe {
  const char* id;
  Chain chain;
  hours clock{0};  ///< the modem's clock against the host's
};

constexpr hours kYear{24 * 365};

// Two years on, the leaf has expired and its root has not; two days back, neither is valid yet.
const std::vector<Probe>& probes() {
  static const std::vector<Probe> all = {
      {"ok", {"ok"}, {}},
      {"unknown", {"unknown-leaf"}, {}},
      {"unknown, root sent", {"unknown-leaf", {"unknown"}}, {}},
      {"badsig", {"badsig"}, {}},
      {"expired", {"ok"}, 2 * kYear},
      {"notyet", {"ok"}, hours(-48)},
      {"wronghost", {"other-host"}, {}},
      {"eku_client", {"client-only"}, {}},
      {"ok_inter", {"inter-leaf", {"inter"}}, {}},
      {"built-in", {"built-in-ok"}, {}},
  };
  return all;
}

using Row = std::map<std::string, std::string>;

void expect_row(const char* what, Client client, const Row& row) {
  for (const auto& [id, expected] : row) {
    const auto probe = std::find_if(probes().begin(), probes().end(), [&](const Probe& p) { return p.id == id; });
    ASSERT_NE(probe, probes().end()) << id;
    client.settings.clock = probe->clock;
    EXPECT_EQ(outcome(client, probe->chain), expected) << what << " <- " << id;
  }
}

TEST(TlsPolicy, UploadedIsWhatAStandardClientDoes) {
  expect_row("uploaded", client_of(Anchors::uploaded),
             {{"ok", "ACC+app"},
              {"unknown", "48"},
              {"unknown, root sent", "48"},
              {"badsig", "48"},
              {"expired", "45"},
              {"notyet", "46"},
              {"wronghost", "42"},
              {"eku_client", "43"},
              {"ok_inter", "ACC+app"},
              {"built-in", "48"}});
}

TEST(TlsPolicy, UnionTrustsBothStores) {
  expect_row("union", client_of(Anchors::union_of_both),
             {{"ok", "ACC+app"},
              {"unknown", "48"},
              {"badsig", "48"},
              {"expired", "45"},
              {"notyet", "46"},
              {"wronghost", "42"},
              {"eku_client", "43"},
              {"ok_inter", "ACC+app"},
              {"built-in", "ACC+app"}});
}

TEST(TlsPolicy, BuiltInRefusesTheUploadedRoot) {
  expect_row("built-in", client_of(Anchors::built_in),
             {{"ok", "48"},
              {"unknown", "48"},
              {"badsig", "48"},
              {"expired", "45"},
              {"notyet", "48"},
              {"wronghost", "42"},
              {"eku_client", "43"},
              {"ok_inter", "48"},
              {"built-in", "ACC+app"}});
}

TEST(TlsPolicy, UnverifiedAcceptsEverything) {
  expect_row("unverified", client_of(Anchors::unverified),
             {{"ok", "ACC+app"},
              {"unknown", "ACC+app"},
              {"badsig", "ACC+app"},
              {"expired", "ACC+app"},
              {"notyet", "ACC+app"},
              {"wronghost", "ACC+app"},
              {"eku_client", "ACC+app"},
              {"built-in", "ACC+app"}});
}

TEST(TlsPolicy, BuiltInWhenNothingUploadedTurnsWithTheBinding) {
  Client client = client_of(Anchors::built_in_when_nothing_uploaded);
  expect_row("bound", client, {{"ok", "ACC+app"}, {"built-in", "48"}, {"unknown", "48"}});
  client.settings.cacert.reset();
  expect_row("nothing bound", client, {{"ok", "48"}, {"built-in", "ACC+app"}, {"unknown", "48"}});
}

TEST(TlsPolicy, NothingBoundIsAnEmptyStore) {
  Client client = client_of(Anchors::uploaded);
  client.settings.cacert.reset();
  expect_row("uploaded, nothing bound", client,
             {{"ok", "48"}, {"built-in", "48"}, {"unknown, root sent", "48"}, {"wronghost", "42"}});
}

TEST(TlsPolicy, SecurityLevelZeroVerifiesNothing) {
  Client client = client_of(Anchors::uploaded);
  client.settings.seclevel = 0;
  expect_row("seclevel 0", client, {{"unknown", "ACC+app"}, {"wronghost", "ACC+app"}, {"expired", "ACC+app"}});
}

TEST(TlsPolicy, AfterHandshakeCompletesAndThenClosesWithoutData) {
  Client client = client_of(Anchors::uploaded);
  client.policy.decided = Decided::after_handshake;
  expect_row("after-handshake", client,
             {{"ok", "ACC+app"},
              {"unknown", "ACC-noapp"},
              {"badsig", "ACC-noapp"},
              {"expired", "ACC-noapp"},
              {"notyet", "ACC-noapp"},
              {"wronghost", "ACC-noapp"},
              {"eku_client", "ACC-noapp"},
              {"ok_inter", "ACC+app"},
              {"built-in", "ACC-noapp"}});
  client.policy.eku = Eku::unchecked;
  expect_row("after-handshake, eku unchecked", client, {{"eku_client", "ACC+app"}, {"unknown", "ACC-noapp"}});
}

TEST(TlsPolicy, NeverDecidedAcceptsWhateverParses) {
  Client client = client_of(Anchors::uploaded);
  client.policy.decided = Decided::never;
  expect_row("never", client,
             {{"ok", "ACC+app"},
              {"unknown", "ACC+app"},
              {"badsig", "ACC+app"},
              {"expired", "ACC+app"},
              {"wronghost", "ACC+app"},
              {"eku_client", "ACC+app"},
              {"built-in", "ACC+app"}});
  // A path deeper than the library allows is fatal even then; it tells "never" from "unverified".
  const Chain deep{"deep-9-leaf",
                   {"deep-9", "deep-8", "deep-7", "deep-6", "deep-5", "deep-4", "deep-3", "deep-2", "deep-1"}};
  EXPECT_EQ(outcome(client, deep), "49");
  EXPECT_EQ(outcome(client_of(Anchors::unverified), deep), "ACC+app");
}

TEST(TlsPolicy, HostNamesAreCheckedAsTheWordSays) {
  const Chain wrong{"other-host"}, right{"ok"};
  for (const bool sni : {true, false}) {
    Client client = client_of(Anchors::uploaded);
    client.settings.sni = sni;
    client.policy.hostname = Hostname::checked;
    EXPECT_EQ(outcome(client, wrong), "42") << "checked, sni " << sni;
    EXPECT_EQ(outcome(client, right), "ACC+app") << "checked, sni " << sni;
    client.policy.hostname = Hostname::unchecked;
    EXPECT_EQ(outcome(client, wrong), "ACC+app") << "unchecked, sni " << sni;
    client.policy.hostname = Hostname::checked_with_sni;
    EXPECT_EQ(outcome(client, wrong), sni ? "42" : "ACC+app") << "checked-with-sni, sni " << sni;
  }
}

TEST(TlsPolicy, ValidityObeysTheKnobOnlyWhereItSaysSo) {
  for (const bool ignore : {false, true}) {
    Client client = client_of(Anchors::uploaded);
    client.settings.ignorelocaltime = ignore;
    const Row refused{{"expired", "45"}, {"notyet", "46"}, {"unknown", "48"}};
    const Row taken{{"expired", "ACC+app"}, {"notyet", "ACC+app"}, {"unknown", "48"}};
    expect_row("checked", client, refused);
    client.policy.validity = Validity::by_knob;
    expect_row("by-knob", client, ignore ? taken : refused);
    client.policy.validity = Validity::unchecked;
    expect_row("unchecked", client, taken);
  }
}

TEST(TlsPolicy, AnUncheckedSignatureNeedsAKnownIssuer) {
  Client client = client_of(Anchors::uploaded);
  client.policy.signature = Signature::unchecked;
  expect_row("signature unchecked", client,
             {{"ok", "ACC+app"},
              {"badsig", "ACC+app"},
              {"unknown", "48"},
              {"unknown, root sent", "48"},
              {"expired", "45"},
              {"wronghost", "42"},
              {"built-in", "48"}});
  // Still refused for what is not about signatures.
  EXPECT_EQ(outcome(client, {"inter_ca_false-leaf", {"inter_ca_false"}}), "48");
  EXPECT_EQ(outcome(client, {"below_pathlen_0-leaf", {"below_pathlen_0", "inter_pathlen_0"}}), "48");
  EXPECT_EQ(outcome(client, {"badsig", {"forged"}}), "ACC+app");
}

TEST(TlsPolicy, UncheckedExtendedKeyUsage) {
  Client client = client_of(Anchors::uploaded);
  client.policy.eku = Eku::unchecked;
  expect_row("eku unchecked", client, {{"ok", "ACC+app"}, {"eku_client", "ACC+app"}, {"unknown", "48"}});
}

TEST(TlsPolicy, CaAttributes) {
  const std::vector<Chain> defective = {{"inter_ca_false-leaf", {"inter_ca_false"}},
                                        {"inter_no_sign-leaf", {"inter_no_sign"}}};
  Client with_root_ca_false = client_of(Anchors::uploaded);
  with_root_ca_false.settings.cacert = Pki::instance().pem("root-ca-false");
  const auto expect_all = [&](CaAttributes word, std::uint32_t knob, const char* expected) {
    Client client = client_of(Anchors::uploaded);
    for (Client* each : {&client, &with_root_ca_false}) {
      each->policy.ca_attributes = word;
      each->settings.ignorecertitem = knob;
    }
    for (const auto& chain : defective) EXPECT_EQ(outcome(client, chain), expected) << chain.leaf << " " << knob;
    EXPECT_EQ(outcome(with_root_ca_false, {"root-ca-false-leaf"}), expected) << knob;
    EXPECT_EQ(outcome(client, {"unknown-leaf", {"unknown"}}), "48") << knob;
  };
  expect_all(CaAttributes::required, 0x8, "48");
  expect_all(CaAttributes::by_knob, 0x7, "48");
  expect_all(CaAttributes::by_knob, 0x8, "ACC+app");
  expect_all(CaAttributes::not_required, 0, "ACC+app");
}

TEST(TlsPolicy, IntermediatesAreCounted) {
  const Chain none{"ok"}, one{"inter-leaf", {"inter"}}, two{"deep-2-leaf", {"deep-2", "deep-1"}};
  const Chain three{"deep-3-leaf", {"deep-3", "deep-2", "deep-1"}};
  Client client = client_of(Anchors::uploaded);
  client.policy.max_intermediates = 0;
  EXPECT_EQ(outcome(client, none), "ACC+app");
  EXPECT_EQ(outcome(client, one), "48");
  client.policy.max_intermediates = 2;
  EXPECT_EQ(outcome(client, two), "ACC+app");
  EXPECT_EQ(outcome(client, three), "48");
  client.policy.max_intermediates = 8;
  EXPECT_EQ(outcome(client,
                    {"deep-8-leaf", {"deep-8", "deep-7", "deep-6", "deep-5", "deep-4", "deep-3", "deep-2", "deep-1"}}),
            "ACC+app");
}

TEST(TlsPolicy, ARefusedSelfSignedUploadIsNoAnchorButAnIntermediateIs) {
  Client client = client_of(Anchors::uploaded);
  client.policy.self_signed_upload = SelfSignedUpload::refused;
  expect_row(
      "self-signed refused", client,
      {{"ok", "48"}, {"unknown", "48"}, {"expired", "45"}, {"notyet", "48"}, {"wronghost", "42"}, {"ok_inter", "48"}});
  client.settings.cacert = Pki::instance().pem("inter");
  EXPECT_EQ(outcome(client, {"inter-leaf"}), "ACC+app");
  client.policy.anchors = Anchors::union_of_both;
  expect_row("the firmware's own roots are not uploads", client, {{"built-in", "ACC+app"}});
}

TEST(TlsPolicy, KnobsDoNothingClearAMaskOrOpenEverything) {
  using Effect = KnobEffect::Kind;
  Client client = client_of(Anchors::uploaded);
  client.settings.ignorecertitem = 0xFFFFF;
  client.settings.ignoreinvalidcertsign = true;
  client.settings.ignoremulticertchainverify = true;
  expect_row("no effect", client, {{"unknown", "48"}, {"expired", "45"}, {"wronghost", "42"}, {"eku_client", "43"}});

  Client masked = client_of(Anchors::uploaded);
  masked.policy.ignorecertitem = {Effect::mask, 0x1005};
  expect_row("value 0", masked, {{"expired", "45"}, {"wronghost", "42"}, {"eku_client", "43"}});
  masked.settings.ignorecertitem = 0x1009;  // of these the firmware grants expiry and extended key usage
  expect_row("value & mask", masked,
             {{"expired", "ACC+app"}, {"eku_client", "ACC+app"}, {"wronghost", "42"}, {"unknown", "48"}});

  Client lenient = client_of(Anchors::uploaded);
  lenient.policy.ignoreinvalidcertsign = {Effect::mask, 0x8};
  expect_row("knob off", lenient, {{"unknown", "48"}});
  lenient.settings.ignoreinvalidcertsign = true;
  expect_row("knob on", lenient, {{"unknown", "ACC+app"}, {"badsig", "ACC+app"}, {"wronghost", "42"}});

  Client open = client_of(Anchors::uploaded);
  open.policy.ignoremulticertchainverify = {Effect::trusts_any, 0};
  expect_row("knob off", open, {{"unknown", "48"}});
  open.settings.ignoremulticertchainverify = true;
  expect_row("knob on", open, {{"unknown", "ACC+app"}, {"wronghost", "ACC+app"}, {"eku_client", "ACC+app"}});
}

}  // namespace
}  // namespace epki::sim::bench
