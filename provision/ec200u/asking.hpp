#pragma once
// One exchange with its time limit, and the sentence for a refusal. Shared by the functions of Modem.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "provision/at/engine.hpp"
#include "provision/ec200u/patience.hpp"

namespace epki::ec200u {

/// From now on, with the time a re-synchronisation takes where one is due.
Deadline limit(const at::Engine& engine, std::chrono::milliseconds span);

/// The reply, refusals included. For commands that may be sent twice: one that goes unanswered is asked once more after
/// the conversation is in step again, because a byte lost on the line loses an answer. Not where the modem restarted
/// meanwhile: then more is lost than an answer.
Result<at::Reply> ask(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                      std::string_view answer_prefix = {});

/// The reply, where a refusal that is repeated when asked again is an Error: "<doing>: the modem answered +CME ERROR:
/// 403 (the file store is full)".
Result<at::Reply> demand(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                         std::string_view doing, std::string_view answer_prefix = {});

Error refused(std::string_view doing, const at::Reply& reply, std::string_view hint = {});

/// One attempt only: for commands that do something each time they are carried out.
Result<at::Reply> ask_once(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                           std::string_view answer_prefix = {});

/// Waits for a result line up to `span`, which becomes the time that was waited. Where there is a `patience`, it is
/// asked once a second whether to wait on. Nothing: no such line came.
Result<std::optional<std::string>> await_result(at::Engine& engine, const std::function<bool(std::string_view)>& wanted,
                                                std::chrono::milliseconds& span, const Patience& patience);

/// Accepts lines "<tag> <number>,…" whose first number is `id`: the result lines of one client or socket.
std::function<bool(std::string_view)> about(std::string_view tag, int id);

}  // namespace epki::ec200u
