#pragma once
// Which of a peer's alerts is a refusal.

namespace epki::ossl {

/// RFC 5246, 7.2. A fatal alert refuses; so does one at warning level, where a sender may leave the level at its
/// discretion (7.2.2), except for those that only inform: close_notify 0, user_canceled 90, no_renegotiation 100,
/// unrecognized_name 112 (RFC 6066, 3).
constexpr bool is_refusal(unsigned level, unsigned description) {
  if (level == 2) return true;
  return description != 0 && description != 90 && description != 100 && description != 112;
}

}  // namespace epki::ossl
