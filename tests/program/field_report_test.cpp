// The two observations of a team in the field, each put to a persona in every reading it may have: a public broker that
// is accepted under a CA it has nothing to do with, and a private one that always ends in +QMTOPEN: <client>,4. Each
// must end in its reading, or say that it cannot tell and what would.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

const std::string chain = EPKI_SOURCE_DIR "/templates/replay/public-stand-in-chain.pem";

struct Reading {
  const char* name;
  const char* persona;  ///< TOML
  int exit;
  const char* verdict_class;
  const char* influence;
  /// A row and its value, or a text of `because` or of `next_step`: what tells this reading from its neighbours.
  const char *where, *says;
};

std::ostream& operator<<(std::ostream& stream, const Reading& reading) {
  return stream << reading.name;
}

class FieldReport : public testing::TestWithParam<Reading> {
 protected:
  void SetUp() override {
    ASSERT_EQ(box.init().exit, 0);
    // Only the root is to be built in.
    ASSERT_EQ(
        box.shell("awk '/BEGIN/{n++} {f[n]=f[n] $0 \"\\n\"} END{printf \"%s\", f[n]}' " + chain + " > root.pem").exit,
        0);
  }
  static Json verdict_of(const Ran& ran) { return ran.json()["verdict"]["mqtt"]; }
  Sandbox box;
};

TEST_P(FieldReport, EndsInItsReading) {
  const auto& reading = GetParam();
  box.write("p.toml", std::string("built_in = [\"root.pem\"]\n") + reading.persona);
  const auto ran = box.run({"verify", "--port", "sim:p.toml", "--repeat", "1", "--replay", chain, "--json"});
  EXPECT_EQ(ran.exit, reading.exit) << ran;
  const auto verdict = verdict_of(ran);
  EXPECT_EQ(verdict["class"].text(), reading.verdict_class) << ran;
  EXPECT_EQ(verdict["built_in_influence"].text(), reading.influence) << ran;
  const auto& policy = verdict["policy"];
  const std::string where = reading.where;
  if (policy.has(where)) {
    const auto value = policy[where].text().value_or(policy[where].dump(-1));
    EXPECT_EQ(value, reading.says) << ran;
  } else {
    EXPECT_NE(verdict[where].text_or("").find(reading.says), std::string::npos) << ran;
  }
}

std::string name_of(const testing::TestParamInfo<Reading>& info) {
  return info.param.name;
}

// "broker.hivemq.com is accepted although ISRG Root X1 is bound, and the strict settings change nothing."
INSTANTIATE_TEST_SUITE_P(
    APublicBrokerIsAcceptedUnderAnotherCa, FieldReport,
    testing::Values(
        Reading{"AStoreBesideTheUpload", "[policy.mqtt]\nanchors = \"union\"\n", 20, "union", "detected", "because",
                "So the uploaded CA and built-in anchors both count"},
        Reading{"AStoreInsteadOfTheUpload", "[policy.mqtt]\nanchors = \"built-in\"\n", 20, "built-in", "detected",
                "because", "the uploaded CA does not count"},
        Reading{"AStoreWhileTheBindingHasNoEffect",
                "[policy.mqtt]\nanchors = \"union\"\n[quirks]\nhollow_settings = [\"cacert\"]\n", 20, "built-in",
                "detected", "because", "the uploaded CA does not count"},
        Reading{"AStoreOnlyWhileNothingIsBound", "[policy.mqtt]\nanchors = \"built-in-when-nothing-uploaded\"\n", 20,
                "built-in-when-nothing-uploaded", "detected", "because", "count exactly while nothing is bound"},
        Reading{"NothingIsVerified", "[policy.mqtt]\nanchors = \"unverified\"\n", 21, "unverified", "inconclusive",
                "because", "a CA that the modem never saw was accepted"},
        Reading{"TheResultIsNotLookedAt", "[policy.mqtt]\nanchors = \"uploaded\"\ndecided = \"never\"\n", 21,
                "unverified", "inconclusive", "because", "a CA that the modem never saw was accepted"},
        Reading{"SeclevelHasNoEffect",
                "[policy.mqtt]\nanchors = \"uploaded\"\n[quirks]\nhollow_settings = [\"seclevel\"]\n", 21, "unverified",
                "inconclusive", "because", "a CA that the modem never saw was accepted"},
        Reading{"SignaturesAreNotVerified", "[policy.mqtt]\nanchors = \"uploaded\"\nsignature = \"unchecked\"\n", 21,
                "unverified", "not-found", "signature", "unchecked"},
        Reading{"ItJudgesAfterTheHandshake", "[policy.mqtt]\nanchors = \"union\"\ndecided = \"after-handshake\"\n", 22,
                "inconclusive", "inconclusive", "next_step", "a live server with a genuine certificate"}),
    name_of);

// "A private broker under our own CA always fails with +QMTOPEN: 1,4; no handshake reaches it."
INSTANTIATE_TEST_SUITE_P(
    APrivateBrokerIsRefused, FieldReport,
    testing::Values(
        Reading{"OnlyTheStoreCounts", "[policy.mqtt]\nanchors = \"built-in\"\n[quirks]\ntls_failure_result = 4\n", 20,
                "built-in", "detected", "because", "the uploaded CA does not count"},
        Reading{"SelfSignedRootsAreRefused",
                "[policy.mqtt]\nanchors = \"uploaded\"\nself_signed_upload = \"refused\"\n", 23,
                "uploaded-not-honoured", "not-found", "self_signed_upload", "refused"},
        Reading{"SelfSignedRootsAreRefusedBesideAStore",
                "[policy.mqtt]\nanchors = \"union\"\nself_signed_upload = \"refused\"\n", 20, "union", "detected",
                "self_signed_upload", "refused"},
        Reading{"NoIntermediateIsTaken", "[policy.mqtt]\nanchors = \"uploaded\"\nmax_intermediates = 0\n", 22,
                "inconclusive", "inconclusive", "next_step", "takes no intermediate"},
        Reading{"TheNameDoesNotFit", "[policy.mqtt]\nanchors = \"uploaded\"\nhostname = \"checked\"\n", 0, "uploaded",
                "not-found", "hostname", "checked"},
        Reading{"TheClockIsWrong",
                "clock = \"1980-01-06T00:00:00Z\"\n[policy.mqtt]\nanchors = \"uploaded\"\nvalidity = \"checked\"\n", 0,
                "uploaded", "not-found", "validity", "checked"},
        Reading{"TheRootLacksItsCaAttributes", "[policy.mqtt]\nanchors = \"uploaded\"\nca_attributes = \"required\"\n",
                0, "uploaded", "not-found", "ca_attributes", "required"},
        Reading{
            "APlainSessionCameFirst",
            "[policy.mqtt]\nanchors = \"uploaded\"\n[quirks]\nplain_mqtt_blocks_tls = true\ntls_failure_result = 4\n",
            0, "uploaded", "not-found", "anchors", "uploaded"},
        Reading{"TheClientStaysOccupiedAfterAFailure",
                "[policy.mqtt]\nanchors = \"uploaded\"\n[quirks]\nmqtt_id_leak = true\ntls_failure_result = 4\n", 0,
                "uploaded", "not-found", "anchors", "uploaded"}),
    name_of);

class OnTheWayThere : public FieldReport {
 protected:
  Ran verify(const std::string& host, std::uint16_t dialled, std::uint16_t listens, const std::string& pty) {
    return box.run({"verify", "--port", pty, "--listen", "127.0.0.1:" + std::to_string(listens), "--reach-as",
                    host + ":" + std::to_string(dialled), "--repeat", "1", "--replay", chain, "--json"});
  }
};

/// Result 4 is the documented one for a name that does not resolve: it says nothing of trust.
TEST_F(OnTheWayThere, ANameThatDoesNotResolveIsNoAnswerAboutTrust) {
  const auto port = free_port();
  auto modem = box.simulator({"--persona", "field-report"});
  const auto ran = verify("0.tcp.ngrok.io", port, port, modem.pty);
  EXPECT_EQ(ran.exit, 22) << ran;
  EXPECT_NE(verdict_of(ran)["because"].text_or("").find("cannot resolve 0.tcp.ngrok.io"), std::string::npos) << ran;
  EXPECT_NE(verdict_of(ran)["next_step"].text_or("").find("--reach-as"), std::string::npos) << ran;
}

TEST_F(OnTheWayThere, ATunnelThatIsClosedIsNoAnswerAboutTrust) {
  auto modem = box.simulator({"--persona", "strict", "--host", "probe.test=127.0.0.1"});
  const auto ran = verify("probe.test", free_port(), free_port(), modem.pty);
  EXPECT_EQ(ran.exit, 22) << ran;
  EXPECT_NE(verdict_of(ran)["because"].text_or("").find("plain TCP to probe.test:"), std::string::npos) << ran;
  EXPECT_NE(verdict_of(ran)["next_step"].text_or("").find("--reach-as"), std::string::npos) << ran;
}

/// The public root lay on the modem already, from an earlier try: what passes then is no store of the firmware's.
TEST_F(OnTheWayThere, ARootThatLiesOnTheModemIsNotCalledBuiltIn) {
  const auto port = free_port();
  ASSERT_EQ(box.shell("mkdir -p state/ufs && cp root.pem state/ufs/amazon.pem").exit, 0);
  auto modem = box.simulator({"--persona", "union", "--state", "state", "--host", "probe.test=127.0.0.1", "--host",
                              "broker.public-stand-in.example=127.0.0.1"});
  const auto ran = verify("probe.test", port, port, modem.pty);
  EXPECT_NE(verdict_of(ran)["built_in_influence"].text(), "detected") << ran;
  EXPECT_NE(verdict_of(ran)["because"].text_or("").find("amazon.pem"), std::string::npos) << ran;
  EXPECT_FALSE(verdict_of(ran)["next_step"].text_or("").empty()) << ran;
}

}  // namespace
}  // namespace epki::test
