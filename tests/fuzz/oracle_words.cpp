#include "tests/fuzz/targets.hpp"
#include "verify/oracle/wire.hpp"

namespace epki::fuzz {

// Both directions between a command and the oracle's child process.
void oracle_words(std::string_view bytes) {
  if (const auto question = oracle::parse_question(bytes)) (void)oracle::question_text(*question);
  if (const auto opinion = oracle::parse_opinion(bytes)) (void)oracle::opinion_text(*opinion);
}

}  // namespace epki::fuzz
