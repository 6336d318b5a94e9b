// Policies drawn at random, put to the simulator as personas and measured by the program: both paths, real TLS. What
// comes out must be the canonical form of what was drawn. EPKI_SIM_PERSONAS=100 draws as many (EPKI_SIM_PERSONAS_FAULTS
// of those on a bad line), EPKI_SEED repeats; EPKI_SIM_PERSONAS_FIRST=17 measures none before the 17th.
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "core/tests/from_environment.hpp"
#include "tests/program/sandbox.hpp"
#include "verify/infer/tests/expectation.hpp"

namespace epki::test {
namespace {

using infer::Policy;

class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  Policy policy() {
    Policy all = infer::unknown_policy();
    const auto one_of = [&](std::string_view row, std::initializer_list<std::string_view> words) {
      all.set(row, *(words.begin() + below(static_cast<int>(words.size()))));
    };
    one_of("anchors",
           {"uploaded", "union", "built-in", "built-in-when-nothing-uploaded", "uploaded", "union", "unverified"});
    one_of("hostname", {"checked", "unchecked", "checked-with-sni"});
    one_of("validity", {"checked", "unchecked", "by-knob"});
    one_of("signature", {"checked", "checked", "unchecked"});
    one_of("eku", {"checked", "unchecked"});
    one_of("ca_attributes", {"required", "by-knob", "not-required"});
    all.set("max_intermediates", std::to_string(below(9)));
    one_of("self_signed_upload", {"accepted", "accepted", "refused"});
    one_of("decided", {"in-handshake", "in-handshake", "in-handshake", "after-handshake", "never"});
    for (const auto* knob : {"ignorecertitem", "ignoreinvalidcertsign", "ignoremulticertchainverify"})
      one_of(knob, {"no-effect", "no-effect", "trusts-any", "0x1", "0x4", "0x8", "0x1205", "0xfffff"});
    return all;
  }

 private:
  std::mt19937 random_;
};

std::string table(std::string_view path, const Policy& policy) {
  std::string text = "[policy." + std::string(path) + "]\n", knobs = "[policy." + std::string(path) + ".knobs]\n";
  for (const auto& [row, value] : policy.rows) {
    const bool bare = row == "max_intermediates";
    const auto line = row + " = " + (bare ? value : "\"" + value + "\"") + "\n";
    (row.starts_with("ignore") ? knobs : text) += line;
  }
  return text + knobs;
}

/// The rows of a verdict as the document has them.
Policy rows_of(const Json& verdict) {
  Policy found = infer::unknown_policy();
  const auto text = [](const Json& value) {
    return value.integer() ? std::to_string(*value.integer()) : value.text_or("unknown");
  };
  for (const auto& [row, value] : verdict["policy"].members()) {
    if (!value.is_object()) found.set(row, text(value));
    for (const auto& [knob, effect] : value.members()) found.set(knob, text(effect));
  }
  return found;
}

struct Tally {
  int policies = 0, recovered = 0, inconclusive = 0;
};

/// Draws personas, puts each to the simulator with `faults` (TOML), and hands both paths' verdicts to `check`.
template <class Check>
Tally measure(std::int64_t count, const std::string& faults, Check check) {
  const auto seed = static_cast<std::uint32_t>(test::from_environment("EPKI_SEED", 20261127));
  std::cout << "seed " << seed << ", " << count << " personas (EPKI_SEED, EPKI_SIM_PERSONAS)\n";
  Draw draw(seed);
  Sandbox box;
  box.may_take(std::chrono::minutes(60));  // a bad line takes some hundreds of opens
  const auto begun = box.init();
  EXPECT_EQ(begun.exit, 0) << begun;
  const auto chain = std::string(EPKI_SOURCE_DIR "/templates/replay/public-stand-in-ec-chain.pem");
  // mbedTLS takes a whole chain for anchors; only its root is to be one.
  const auto cut = "awk '/BEGIN/{n++} {f[n]=f[n] $0 \"\\n\"} END{printf \"%s\", f[n]}' " + chain + " > root.pem";
  EXPECT_EQ(box.shell(cut).exit, 0);
  const auto first = test::from_environment("EPKI_SIM_PERSONAS_FIRST", 0);
  Tally tally;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool stored = draw.below(4) != 0;
    const std::array drawn{draw.policy(), draw.policy()};
    if (i < first) continue;
    const auto name = "p" + std::to_string(i) + ".toml";
    std::string text = stored ? "built_in = [\"root.pem\"]\n" : "";
    text += table("mqtt", drawn[0]) + table("ssl", drawn[1]);
    if (!faults.empty()) text += "[faults]\nseed = " + std::to_string(seed + i) + "\n" + faults;
    box.write(name, text);
    const auto ran = box.run({"verify", "--port", "sim:" + name, "--path", "both", "--replay", chain, "--json"});
    const auto said = ran.json();
    for (std::size_t path = 0; path < 2; ++path) {
      const auto& verdict = said["verdict"][path == 0 ? "mqtt" : "ssl"];
      const auto wanted = infer::testing::expect(drawn[path], stored);
      const auto where = name + (path == 0 ? " mqtt: " : " ssl: ") + drawn[path].json().dump(-1) +
                         (stored ? ", stored; " : ", not stored; ") + verdict["because"].text_or("no verdict") + "\n" +
                         (verdict.is_null() ? ran.err : "");
      ++tally.policies;
      if (rows_of(verdict) == wanted.canonical_form) ++tally.recovered;
      if (verdict["class"].text_or("") != infer::word(wanted.verdict)) {
        ++tally.inconclusive;
        if (!faults.empty()) std::cout << "inconclusive: " << where << "with " << text << std::flush;
      }
      check(verdict, wanted, where);
    }
  }
  std::cout << tally.policies << " policies, " << tally.recovered << " recovered, " << tally.inconclusive
            << " inconclusive that need not be\n";
  return tally;
}

TEST(Personas, DrawnAtRandomAreRecoveredOnBothPaths) {
  measure(test::from_environment("EPKI_SIM_PERSONAS", 3), "",
          [](const Json& verdict, const infer::testing::Expectation& wanted, const std::string& where) {
            EXPECT_EQ(verdict["class"].text_or(""), infer::word(wanted.verdict)) << where;
            EXPECT_EQ(rows_of(verdict).json().dump(-1), wanted.canonical_form.json().dump(-1)) << where;
          });
}

/// One open in five fails, one look-up and one connection in twenty. EPKI_SIM_URCS_LOST=5: of a thousand unsolicited
/// lines so many are lost, each of which may cost as much as the modem's own time-out.
TEST(Personas, DrawnAtRandomGetNoWrongWordOnABadLine) {
  const auto count = test::from_environment("EPKI_SIM_PERSONAS_FAULTS", 1);
  const std::string faults =
      "opens_fail_per_thousand = 200\ndns_fails_per_thousand = 50\nresets_per_thousand = 50\n"
      "urcs_lost_per_thousand = " +
      std::to_string(test::from_environment("EPKI_SIM_URCS_LOST", 0)) + "\n";
  measure(count, faults, [](const Json& verdict, const infer::testing::Expectation& wanted, const std::string& where) {
    const auto name = verdict["class"].text_or("");
    if (name != "inconclusive") {
      EXPECT_EQ(name, infer::word(wanted.verdict)) << where;
    }
    const auto influence = verdict["built_in_influence"].text_or("");
    if (influence != "inconclusive") {
      EXPECT_EQ(influence == "detected", wanted.influenced) << where;
    }
    for (const auto& [row, value] : rows_of(verdict).rows) {
      if (value != "unknown") {
        EXPECT_EQ(value, wanted.canonical_form.at(row)) << row << " of " << where;
      }
    }
  });
}

}  // namespace
}  // namespace epki::test
