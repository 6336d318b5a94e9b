#pragma once
// How long this modem may take, by class of command (AT reference, 2 to 5). Where the reference names a limit it is
// that one; the others are generous, because a modem that answers late is better than one that is given up.

#include <chrono>
#include <cstddef>

namespace epki::ec200u::time_limit {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

inline constexpr milliseconds simple = 5s;            ///< asking or setting a value
inline constexpr milliseconds file = 10s;             ///< listing and deleting: the flash is slow
inline constexpr milliseconds packet_context = 150s;  ///< QIACT
inline constexpr milliseconds name = 60s;             ///< QIDNSGIP
inline constexpr milliseconds more_addresses = 5s;    ///< of one look-up: they come at once after its first line
inline constexpr milliseconds tcp_open = 150s;        ///< QIOPEN
inline constexpr milliseconds tcp_close = 10s;        ///< QICLOSE
inline constexpr milliseconds ssl_open = 450s;        ///< QSSLOPEN: 150 s and the longest negotiatetime
inline constexpr milliseconds ssl_send = 30s;         ///< QSSLSEND until SEND OK
inline constexpr milliseconds ssl_close = 15s;        ///< QSSLCLOSE: its own time-out is 10 s
inline constexpr milliseconds mqtt_open = 121s;       ///< QMTOPEN
inline constexpr milliseconds mqtt_exchange =
    45s;                                       ///< QMTCONN, QMTSUB, QMTPUBEX: three packet timeouts of at most 15 s
inline constexpr milliseconds mqtt_end = 10s;  ///< QMTDISC
inline constexpr milliseconds mqtt_stale_close = 3s;  ///< +QMTCLOSE of a session somebody left; it may never come
inline constexpr milliseconds network_time = 60s;     ///< QNTP; 6 s were seen
inline constexpr milliseconds restart_command = 15s;  ///< CFUN=1,1 until it is answered
inline constexpr milliseconds restart_message = 40s;  ///< RDY; it may go to another port and never come here
inline constexpr milliseconds sim = 20s;              ///< the SIM after a restart; without one all else still works

/// The bytes of a file at the slowest line in use (2400 baud, some 5 ms a byte), after ten seconds for the flash.
constexpr milliseconds transfer(std::size_t bytes) {
  return 10s + milliseconds(5) * static_cast<milliseconds::rep>(bytes);
}

}  // namespace epki::ec200u::time_limit
