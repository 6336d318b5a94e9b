#include "verify/oracle/wire.hpp"

#include <array>

#include "core/json.hpp"
#include "core/text.hpp"

namespace epki::oracle {

namespace {

constexpr std::array<std::string_view, 3> verdict_words{"accept", "reject", "undecided"};

// Certificates travel in hex: a file that is no PEM need not be UTF-8 either.
std::string hex(std::string_view bytes) {
  return to_hex(as_bytes(bytes));
}

Result<std::string> unhex(const Json& value) {
  const auto text = value.text();
  const auto bytes = text ? from_hex(*text) : std::nullopt;
  if (!bytes) return Error{Errc::input, "the question holds bytes that are no hex"};
  return std::string(as_text(*bytes));
}

}  // namespace

std::string_view word(Verdict verdict) {
  return verdict_words.at(static_cast<std::size_t>(verdict));
}

std::string question_text(const Question& question) {
  Json trusted = Json::array();
  for (const auto& text : question.trusted_pem) trusted.push(hex(text));
  return Json::object({{"trusted", std::move(trusted)},
                       {"chain", hex(question.chain_pem)},
                       {"host", question.host},
                       {"at", rfc3339(question.at)}})
      .dump(-1);
}

Result<Question> parse_question(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return json.error();
  Question question;
  for (const auto& item : (*json)["trusted"].items()) {
    auto bytes = unhex(item);
    if (!bytes) return std::move(bytes).error();
    question.trusted_pem.push_back(std::move(*bytes));
  }
  auto chain = unhex((*json)["chain"]);
  if (!chain) return std::move(chain).error();
  question.chain_pem = std::move(*chain);
  question.host = (*json)["host"].text_or("");
  const auto at = parse_rfc3339((*json)["at"].text_or(""));
  if (!at) return Error{Errc::input, "the question names no time"};
  question.at = *at;
  return question;
}

std::string opinion_text(const Opinion& opinion) {
  return Json::object(
             {{"verdict", word(opinion.verdict)}, {"reason", opinion.reason}, {"codes", Json::array_of(opinion.codes)}})
      .dump(-1);
}

Result<Opinion> parse_opinion(std::string_view text) {
  const auto json = Json::parse(text);
  if (!json) return json.error();
  Opinion opinion;
  const auto said = (*json)["verdict"].text_or("");
  std::size_t at = 0;
  while (at < verdict_words.size() && verdict_words[at] != said) ++at;
  if (at == verdict_words.size()) return Error{Errc::input, "no verdict in the answer"};
  opinion.verdict = static_cast<Verdict>(at);
  opinion.reason = (*json)["reason"].text_or("");
  for (const auto& code : (*json)["codes"].items()) opinion.codes.push_back(code.text_or(""));
  return opinion;
}

}  // namespace epki::oracle
