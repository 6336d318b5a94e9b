#include "verify/trial/acceptance.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace epki::trial {

namespace {

using infer::Outcome;
using Answer = Accepted::Answer;

constexpr const char* key_of_server = "key of the server";
constexpr const char* key_of_root = "key of the root";
constexpr const char* digest = "digest";
constexpr const char* length = "length";
constexpr const char* name = "name";
constexpr const char* extension = "extension";
constexpr const char* uploaded_file = "uploaded file";

struct Question {
  const char *group, *what, *case_id;
};
constexpr std::array questions{
    Question{key_of_server, "rsa-1024", "leafkey_rsa1024"},
    Question{key_of_server, "rsa-2048", "leafkey_rsa2048"},
    Question{key_of_server, "rsa-3072", "leafkey_rsa3072"},
    Question{key_of_server, "rsa-4096", "leafkey_rsa4096"},
    Question{key_of_server, "ec-p256", "leafkey_p256"},
    Question{key_of_server, "ec-p384", "leafkey_p384"},
    Question{key_of_server, "ec-p521", "leafkey_p521"},
    Question{key_of_root, "rsa-1024", "rootkey_rsa1024"},
    Question{key_of_root, "rsa-2048", "rootkey_rsa2048"},
    Question{key_of_root, "rsa-3072", "rootkey_rsa3072"},
    Question{key_of_root, "rsa-4096", "rootkey_rsa4096"},
    Question{key_of_root, "ec-p256", "rootkey_p256"},
    Question{key_of_root, "ec-p384", "rootkey_p384"},
    Question{key_of_root, "ec-p521", "rootkey_p521"},
    Question{key_of_root, "ed25519", "rootkey_ed25519"},
    Question{digest, "SHA1", "sha1"},
    Question{digest, "SHA256", "ok_direct"},
    Question{digest, "SHA384", "sha384"},
    Question{digest, "SHA512", "sha512"},
    Question{name, "common name alone", "cn_only"},
    Question{name, "capitals", "san_upper"},
    Question{name, "wildcard", "wildcard"},
    Question{name, "empty subject", "emptysubj"},
    Question{name, "subjectAltName twice", "dup_san"},
    Question{extension, "server without extended key usage", "eku_none"},
    Question{extension, "server without basicConstraints", "leaf_nobc"},
    Question{extension, "server without key identifiers", "noski"},
    Question{extension, "server of version 1", "v1leaf"},
    Question{extension, "server valid beyond 2049", "na2060"},
    Question{extension, "unknown critical extension", "crit_unknown"},
    Question{extension, "root without basicConstraints", "root_nobc"},
    Question{extension, "root without key usage", "root_noku"},
    Question{extension, "root without key identifier", "root_noski"},
    Question{extension, "root of version 1", "root_v1"},
    Question{extension, "critical name constraints on the root", "nc_root_ok"},
    Question{extension, "root sent as well", "ok_rootsent"},
    Question{extension, "unrelated certificate sent as well", "extra_certs"},
    Question{extension, "an uploaded intermediate", "inter_as_anchor"},
};

/// The keys that a profile can name (docs/profiles.md).
constexpr std::array profile_keys{"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"};
constexpr std::array profile_digests{"SHA256", "SHA384", "SHA512"};
constexpr int most_intermediates = 8;

std::string depth_words(int count) {
  return count == 0 ? "no intermediate" : counted(static_cast<std::size_t>(count), "intermediate");
}

constexpr int most_tries = 4;

std::ptrdiff_t closed_in(const std::vector<Outcome>& seen) {
  return std::count(seen.begin(), seen.end(), Outcome::not_sent) +
         std::count(seen.begin(), seen.end(), Outcome::closed);
}

bool is_enough(const std::vector<Outcome>& seen) {
  return answer_of(seen, false) != Answer::unclear || closed_in(seen) >= 2;
}

std::string with_crlf(const std::string& pem) {
  std::string text;
  for (const char c : pem) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return text;
}

std::string without_last_newline(std::string pem) {
  while (pem.ends_with('\n')) pem.pop_back();
  return pem;
}

class Finder {
 public:
  Finder(ModemBench& bench, Deck& deck, Path path) : bench_(bench), deck_(deck) { result_.path = path; }

  Status run(Reporter& reporter) {
    auto plain = deck_.named_case("ok_direct");
    auto user = deck_.pem({});
    if (!plain) return std::move(plain).error();
    if (!user) return std::move(user).error();
    user_ = *std::move(user);
    plain_ = *std::move(plain);
    auto works = answer_to(plain_, user_);
    if (!works) return std::move(works).error();
    if (works->answer != Answer::accepted) {
      result_.untold = "the plain chain of the throw-away CA was not accepted, so nothing can be told of others";
      return success();
    }
    std::size_t done = 0;
    for (const auto& [group, what, id] : questions) {
      reporter.progress("asking what it takes", done++, questions.size());
      auto card = deck_.named_case(id);
      if (!card) return std::move(card).error();
      if (auto asked = ask(group, what, *card, card->bind ? card->bind->pem() : user_); !asked) return asked;
    }
    if (auto asked = lengths(); !asked) return asked;
    auto asked = forms();
    reporter.progress("asking what it takes", 0, 0);
    return asked;
  }
  Acceptance take() { return std::move(result_); }

 private:
  Status ask(const std::string& group, const std::string& what, const probe::Case& card, const std::string& pem) {
    auto row = answer_to(card, pem);
    if (!row) return std::move(row).error();
    row->group = group;
    row->what = what;
    result_.rows.push_back(*std::move(row));
    return success();
  }

  Result<Accepted> answer_to(const probe::Case& card, const std::string& pem) {
    Accepted row;
    const auto first = bench_.recorded();
    std::vector<Outcome> seen;
    for (int i = 0; i < most_tries && !is_enough(seen); ++i) {
      auto shown = bench_.show({result_.path, "A-" + card.id, &card, pem});
      if (!shown) return std::move(shown).error();
      row.oracle_accepts = bench_.records().back().oracle_uploaded == "accept";
      seen.push_back(shown->outcome);
      if (shown->outcome == Outcome::refused) row.alert = shown->alert;
    }
    row.answer = answer_of(seen, false);
    // A file that the modem cannot read is refused before any packet; so is everything by a modem that is worn.
    if (row.answer == Answer::unclear && closed_in(seen) >= 2) {
      auto fine = still_works();
      if (!fine) return std::move(fine).error();
      row.answer = answer_of(seen, *fine);
    }
    if (row.answer == Answer::accepted) row.alert.reset();
    for (auto i = first; i < bench_.recorded(); ++i) row.probes.push_back(i);
    return row;
  }

  Result<bool> still_works() {
    if (plain_.chain.empty()) return false;
    for (int i = 0; i < 2; ++i) {
      auto seen = bench_.show({result_.path, std::string(acceptance_control), &plain_, user_});
      if (!seen) return std::move(seen).error();
      if (seen->outcome == Outcome::accepted) return true;
      if (i > 0 || !bench_.can_reboot() || restarts_++ >= 4) break;
      if (auto done = bench_.reboot("which no longer opens"); !done) return std::move(done).error();
    }
    return false;
  }

  Result<bool> length_is_accepted(int count) {
    auto card = deck_.deep_case(count);
    if (!card) return std::move(card).error();
    if (auto asked = ask(length, depth_words(count), *card, user_); !asked) return std::move(asked).error();
    return result_.rows.back().answer == Answer::accepted;
  }

  /// The most first, because it is the likeliest; else by halving.
  Status lengths() {
    auto most = length_is_accepted(most_intermediates);
    if (!most) return std::move(most).error();
    if (*most) return success();
    auto none = length_is_accepted(0);
    if (!none) return std::move(none).error();
    if (!*none) return success();
    for (int known = 0, beyond = most_intermediates; beyond - known > 1;) {
      const int next = (known + beyond) / 2;
      auto taken = length_is_accepted(next);
      if (!taken) return std::move(taken).error();
      (*taken ? known : beyond) = next;
    }
    return success();
  }

  Status forms() {
    auto other = deck_.pem({infer::Bound::What::other_key, -1});
    if (!other) return std::move(other).error();
    const std::array<std::pair<const char*, std::string>, 5> files{
        {{"CRLF line ends", with_crlf(user_)},
         {"no newline at the end", without_last_newline(user_)},
         {"text before the certificate", "The CA of the broker.\n" + user_},
         {"two roots, ours first", user_ + *other},
         {"two roots, ours last", *other + user_}}};
    for (const auto& [what, text] : files)
      if (auto asked = ask(uploaded_file, what, plain_, text); !asked) return asked;
    return success();
  }

  ModemBench& bench_;
  Deck& deck_;
  Acceptance result_{};
  probe::Case plain_{};
  std::string user_{};
  int restarts_ = 0;
};

/// What every path accepts, of a list of words.
template <std::size_t N>
std::string accepted_of(const std::array<const char*, N>& words, const std::vector<Acceptance>& paths,
                        std::initializer_list<const char*> groups) {
  std::string list;
  for (const auto* one : words) {
    const bool all = std::all_of(paths.begin(), paths.end(), [&](const Acceptance& path) {
      return std::all_of(groups.begin(), groups.end(), [&](const char* group) { return path.is_accepted(group, one); });
    });
    if (all) list += (list.empty() ? "\"" : ", \"") + std::string(one) + "\"";
  }
  return list;
}

}  // namespace

std::string_view word(Answer answer) {
  switch (answer) {
    case Answer::accepted: return "accepted";
    case Answer::refused: return "refused";
    case Answer::unclear: return "unclear";
  }
  return "unclear";
}

Answer answer_of(const std::vector<Outcome>& seen, bool plain_accepted_after) {
  if (std::find(seen.begin(), seen.end(), Outcome::accepted) != seen.end()) return Answer::accepted;
  if (std::count(seen.begin(), seen.end(), Outcome::refused) >= 2) return Answer::refused;
  return closed_in(seen) >= 2 && plain_accepted_after ? Answer::refused : Answer::unclear;
}

bool Acceptance::is_accepted(std::string_view group, std::string_view what) const {
  return std::any_of(rows.begin(), rows.end(), [&](const Accepted& row) {
    return row.group == group && row.what == what && row.answer == Answer::accepted;
  });
}

std::optional<int> Acceptance::intermediates() const {
  for (int count = most_intermediates; count >= 0; --count)
    if (is_accepted(length, depth_words(count))) return count;
  return std::nullopt;
}

Json Acceptance::json() const {
  Json all = Json::array();
  for (const auto& row : rows)
    all.push(Json::object({{"group", row.group},
                           {"what", row.what},
                           {"answer", word(row.answer)},
                           {"alert", Json(row.alert)},
                           {"oracle", row.oracle_accepts ? "accept" : "reject"},
                           {"probes", Json::array_of(row.probes)}}));
  return Json::object({{"untold", untold.empty() ? Json() : Json(untold)}, {"rows", std::move(all)}});
}

Result<Acceptance> find_acceptance(ModemBench& bench, Deck& deck, Path path, Reporter& reporter) {
  reporter.step(std::string(word(path)) + ": which certificates it takes");
  Finder finder(bench, deck, path);
  if (auto done = finder.run(reporter); !done) return std::move(done).error();
  return finder.take();
}

std::optional<std::string> acceptance_profile(const std::vector<Acceptance>& paths, const std::string& firmware) {
  int most = most_intermediates;
  bool late = true;
  for (const auto& path : paths) {
    const auto own = path.intermediates();
    if (!path.untold.empty() || !own) return std::nullopt;
    most = std::min(most, *own);
    late = late && path.is_accepted(extension, "server valid beyond 2049");
  }
  const auto keys = accepted_of(profile_keys, paths, {key_of_server, key_of_root});
  const auto digests = accepted_of(profile_digests, paths, {digest});
  if (paths.empty() || keys.empty() || digests.empty()) return std::nullopt;
  std::string plain;
  for (const char c : firmware)
    if (c >= ' ' && c < 127 && c != '"' && c != '\\') plain += c;
  std::string text =
      "# Measured by ec200u-pki verify --acceptance. init --profile and lint --profile take it; docs/profiles.md has "
      "its keys.\n"
      "format = 1\nname = \"measured\"\nkind = \"modem\"\n"
      "description = \"What firmware " +
      plain +
      " was seen to take\"\n\n[accept]\n"
      "keys = [" +
      keys + "]\ndigests = [" + digests + "]\nintermediates = " + std::to_string(most) +
      "\nchain_bytes = 16000  # one TLS record, less its framing; not measured\n";
  if (!late) text += "until = \"2049-12-31T23:59:59Z\"  # a later end was not accepted\n";
  return text;
}

}  // namespace epki::trial
