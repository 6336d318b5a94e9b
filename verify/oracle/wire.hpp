#pragma once
// What judge() and its child say to each other: one JSON document each way.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "verify/oracle/oracle.hpp"

namespace epki::oracle {

std::string question_text(const Question& question);
Result<Question> parse_question(std::string_view text);

std::string opinion_text(const Opinion& opinion);
Result<Opinion> parse_opinion(std::string_view text);

}  // namespace epki::oracle
