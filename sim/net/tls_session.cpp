#include "sim/net/tls_session.hpp"

#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.hpp"
#include "sim/net/clock_offset.hpp"
#include "sim/net/tls_anchors.hpp"

namespace epki::sim {

namespace {

// How long a refused peer may take to close its side, so that the alert is not overtaken by a reset.
constexpr std::chrono::milliseconds kFinish{500};

std::string words_for(int result) {
  std::array<char, 160> words{};
  mbedtls_strerror(result, words.data(), words.size());
  return words.data();
}

std::string words_for_flags(std::uint32_t flags) {
  std::array<char, 512> words{};
  mbedtls_x509_crt_verify_info(words.data(), words.size(), " ", flags);
  std::string all(words.data());
  std::replace(all.begin(), all.end(), '\n', ';');
  return all;
}

int send_on(void* socket, const unsigned char* bytes, std::size_t size) {
  const auto sent = static_cast<TcpSocket*>(socket)->write_now({reinterpret_cast<const char*>(bytes), size});
  if (sent.outcome == TcpSocket::Outcome::again) return MBEDTLS_ERR_SSL_WANT_WRITE;
  return sent.outcome == TcpSocket::Outcome::closed ? MBEDTLS_ERR_NET_CONN_RESET : static_cast<int>(sent.count);
}

int receive_on(void* socket, unsigned char* bytes, std::size_t size) {
  const auto got = static_cast<TcpSocket*>(socket)->read_now({reinterpret_cast<char*>(bytes), size});
  if (got.outcome == TcpSocket::Outcome::again) return MBEDTLS_ERR_SSL_WANT_READ;
  return got.outcome == TcpSocket::Outcome::closed ? 0 : static_cast<int>(got.count);
}

/// "0XC02F", or several separated by ',', ':' or ';'. "0XFFFF" among them: all. Nothing: not a list of numbers.
std::optional<std::vector<int>> parse_suites(std::string_view text) {
  std::vector<int> numbers;
  std::string list(text);
  for (char& c : list)
    if (c == ':' || c == ';') c = ',';
  for (std::string_view word : split(list, ',')) {
    word = trimmed(word);
    if (word.starts_with("0x") || word.starts_with("0X")) word.remove_prefix(2);
    int number = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), number, 16);
    if (read.ec != std::errc{} || read.ptr != word.data() + word.size() || number < 0 || number > 0xFFFF)
      return std::nullopt;
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

TlsSession::TlsSession(const TlsSettings& settings, const TrustPolicy& policy) : settings_(settings), policy_(policy) {}

std::optional<std::string> TlsSession::prepare(std::string_view host, const std::vector<std::string>& built_in_pem) {
  if (mbedtls_ctr_drbg_seed(generator_.get(), mbedtls_entropy_func, entropy_.get(), nullptr, 0) != 0 ||
      mbedtls_ssl_config_defaults(config_.get(), MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT) != 0)
    return "mbedTLS could not be set up";
  mbedtls_ssl_conf_rng(config_.get(), mbedtls_ctr_drbg_random, generator_.get());
  if (auto wrong = set_versions_and_suites()) return wrong;

  // Seclevel 0 reads no file; the others load what is bound, also where the policy then does not look at it.
  if (settings_.seclevel >= 1) {
    if (auto wrong = load_anchors(anchors_, settings_, policy_, built_in_pem)) return wrong;
  }
  if (settings_.seclevel >= 2) {
    if (auto wrong = set_client_certificate()) return wrong;
  }

  if (Verdict::is_off(settings_, policy_)) {
    mbedtls_ssl_conf_authmode(config_.get(), MBEDTLS_SSL_VERIFY_NONE);
  } else {
    verdict_.emplace(settings_, policy_, anchors_, std::string(host));
    mbedtls_ssl_conf_authmode(config_.get(), policy_.decided == Decided::in_handshake ? MBEDTLS_SSL_VERIFY_REQUIRED
                                                                                      : MBEDTLS_SSL_VERIFY_OPTIONAL);
    mbedtls_ssl_conf_verify(config_.get(), Verdict::callback, &*verdict_);
    mbedtls_ssl_conf_ca_chain(config_.get(), anchors_.get(), nullptr);
  }

  if (const int result = mbedtls_ssl_setup(context_.get(), config_.get()); result != 0) return words_for(result);
  if (settings_.sni) {
    const int result = mbedtls_ssl_set_hostname(context_.get(), std::string(host).c_str());
    if (result != 0) return words_for(result);
  }
  return std::nullopt;
}

std::optional<std::string> TlsSession::set_versions_and_suites() {
  // 0 SSL 3.0, 1 TLS 1.0, 2 TLS 1.1, 3 TLS 1.2, each alone; 4 all that there is. The library counts alike.
  const bool all = settings_.sslversion == 4;
  if (settings_.sslversion < 0 || settings_.sslversion > 4) return "there is no such sslversion";
  if (settings_.sslversion == 0) return "SSL 3.0 is not in this TLS stack";
  const int lowest = all ? MBEDTLS_SSL_MINOR_VERSION_1 : settings_.sslversion;
  const int highest = all ? MBEDTLS_SSL_MINOR_VERSION_3 : settings_.sslversion;
  mbedtls_ssl_conf_min_version(config_.get(), MBEDTLS_SSL_MAJOR_VERSION_3, lowest);
  mbedtls_ssl_conf_max_version(config_.get(), MBEDTLS_SSL_MAJOR_VERSION_3, highest);

  const auto numbers = parse_suites(settings_.ciphersuite);
  if (!numbers) return "the ciphersuite is not a number";
  if (std::find(numbers->begin(), numbers->end(), 0xFFFF) != numbers->end()) return std::nullopt;
  for (const int number : *numbers)
    if (mbedtls_ssl_ciphersuite_from_id(number) != nullptr) suites_.push_back(number);
  if (suites_.empty()) return "the ciphersuite " + settings_.ciphersuite + " is not in this TLS stack";
  suites_.push_back(0);
  mbedtls_ssl_conf_ciphersuites(config_.get(), suites_.data());
  return std::nullopt;
}

std::optional<std::string> TlsSession::set_client_certificate() {
  // Nothing bound: the server asks and gets an empty list, and decides.
  if (!settings_.clientcert && !settings_.clientkey) return std::nullopt;
  if (!settings_.clientcert || !settings_.clientkey) return "client certificate and key are not both bound";
  if (auto wrong = add_certificates(client_chain_, *settings_.clientcert))
    return "the client certificate does not parse: " + *wrong;
  const std::string& key = *settings_.clientkey;
  const std::string& password = settings_.clientkey_password;
  const bool pem = key.find("-----BEGIN ") != std::string::npos;
  const int result = mbedtls_pk_parse_key(
      client_key_.get(), reinterpret_cast<const unsigned char*>(key.c_str()), key.size() + (pem ? 1 : 0),
      password.empty() ? nullptr : reinterpret_cast<const unsigned char*>(password.data()), password.size());
  if (result != 0) return "the client key does not parse: " + words_for(result);
  if (const int set = mbedtls_ssl_conf_own_cert(config_.get(), client_chain_.get(), client_key_.get()); set != 0)
    return words_for(set);
  return std::nullopt;
}

OpenFailure TlsSession::handshake(TcpSocket socket, const Patience& patience, std::string& detail) {
  socket_.emplace(std::move(socket));
  mbedtls_ssl_set_bio(context_.get(), &*socket_, send_on, receive_on, nullptr);
  const ClockScope as_the_modem_sees_it(settings_.clock);
  for (;;) {
    const int result = mbedtls_ssl_handshake(context_.get());
    if (result == 0) {
      const OpenFailure verdict = judge_afterwards(detail);
      if (verdict == OpenFailure::none) return verdict;
      say_goodbye();
      socket_->finish(kFinish);
      return verdict;
    }
    const bool reading = result == MBEDTLS_ERR_SSL_WANT_READ;
    if (!reading && result != MBEDTLS_ERR_SSL_WANT_WRITE) {
      const std::uint32_t flags = mbedtls_ssl_get_verify_result(context_.get());
      detail = words_for(result);
      if (flags != 0 && flags != UINT32_MAX) detail += ":" + words_for_flags(flags);
      socket_->finish(kFinish);
      return OpenFailure::tls;
    }
    if (reading ? socket_->wait_readable(patience) : socket_->wait_writable(patience)) {
      if (!patience.over()) continue;
    }
    detail = patience.cancelled() ? "given up during the handshake" : "the handshake did not end in time";
    return patience.cancelled() ? OpenFailure::tls : OpenFailure::timeout;
  }
}

OpenFailure TlsSession::judge_afterwards(std::string& detail) const {
  if (policy_.decided != Decided::after_handshake || !verdict_) return OpenFailure::none;
  const std::uint32_t flags = mbedtls_ssl_get_verify_result(context_.get());
  if (flags == 0) return OpenFailure::none;
  detail = "refused after the handshake:" + words_for_flags(flags);
  return OpenFailure::tls;
}

int TlsSession::read_now(std::string& into) {
  std::array<unsigned char, 4096> chunk{};
  const int result = mbedtls_ssl_read(context_.get(), chunk.data(), chunk.size());
  if (result > 0) into.append(reinterpret_cast<const char*>(chunk.data()), static_cast<std::size_t>(result));
  return result;
}

int TlsSession::write_now(std::string_view bytes) {
  return mbedtls_ssl_write(context_.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

void TlsSession::say_goodbye() {
  mbedtls_ssl_close_notify(context_.get());
}

}  // namespace epki::sim
