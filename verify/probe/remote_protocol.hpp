#pragma once
// What a verifier and a responder elsewhere say to each other: one JSON object a line, requests one way, one reply to
// each the other way (docs/verify.md). Outside bytes on both sides: pure values, every field is checked.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/connect.hpp"
#include "core/result.hpp"
#include "verify/probe/name_server.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe::remote {

inline constexpr int protocol_version = 3;
/// A chain of nine with RSA-4096 keys and its key are some 25 KiB of PEM; a record with 64 KiB of data is 128 KiB of
/// hex.
inline constexpr std::size_t longest_line = 1U << 20U;
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes(15);

/// The responder's first line. What comes before it on the pipe (a login banner) is passed over.
struct Greeting {
  int protocol = protocol_version;
  std::string version{};
};
std::string render(const Greeting& greeting);
/// Nothing: the line is none of ours. A greeting of another protocol version is returned as it is.
std::optional<Greeting> parse_greeting(std::string_view line);

struct Listen {
  HostPort where;
  std::optional<HostPort> dns{};
};
struct Arm {
  Presentation presentation;
};
/// Who has connected; the attempt stays armed.
struct AskVisit {};
/// Waits for what `until` says or until the time is up. `Stop` cuts the waiting short.
struct Collect {
  std::chrono::milliseconds wait{};
  Until until = Until::decided;
};
struct Stop {};
struct AnswerNames {
  std::vector<std::string> names;
  std::string address;
};
struct WhatWasAsked {};

struct Request {
  std::int64_t id = 0;  ///< counts up; the reply carries it
  std::variant<Listen, Arm, AskVisit, Collect, Stop, AnswerNames, WhatWasAsked> what;
};
/// Errc::internal when a key cannot be written.
Result<std::string> render(const Request& request);
Result<Request> parse_request(std::string_view line);

struct Place {
  std::uint16_t port = 0;
  std::optional<std::uint16_t> dns_port{};
  std::optional<HostPort> relay{};
};
struct Done {};
struct Reply {
  std::int64_t id = 0;
  std::variant<Done, Error, Place, Visit, ServerRecord, std::vector<NameAsked>> what;
};
std::string render(const Reply& reply);
Result<Reply> parse_reply(std::string_view line);

}  // namespace epki::probe::remote
