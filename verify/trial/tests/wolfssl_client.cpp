// The least of a TLS 1.2 client on wolfSSL, as openssl s_client is one on OpenSSL: what Debian ships of wolfSSL is the
// library alone. Arguments: port on this machine, name to verify, 1 for SNI or 0, file of trusted CAs. Its standard
// input is sent once connected; exit 0 when the handshake went through, 1 when it was refused, 2 when nothing could be
// tried. wolfSSL wants its build's options before anything else of it.
#include <wolfssl/options.h>
// clang-format off
#include <wolfssl/ssl.h>
// clang-format on

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Arguments {
  std::string port, host;
  bool sni = true;
  std::string trusted;
};

int dial(const std::string& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port.c_str())));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}

/// True: connected, and what came on the standard input was sent and answered.
bool speak(WOLFSSL* ssl) {
  if (wolfSSL_connect(ssl) != WOLFSSL_SUCCESS) return false;
  std::string words(4096, '\0');
  const auto n = ::read(STDIN_FILENO, words.data(), words.size());
  if (n > 0 && wolfSSL_write(ssl, words.data(), static_cast<int>(n)) <= 0) return false;
  wolfSSL_read(ssl, words.data(), static_cast<int>(words.size()));  // CONNACK, or the server's end
  wolfSSL_shutdown(ssl);
  return true;
}

int run(const Arguments& how, int fd) {
  WOLFSSL_CTX* const context = wolfSSL_CTX_new(wolfTLSv1_2_client_method());
  if (context == nullptr) return 2;
  // Debian builds it with OpenSSL's defaults, and of these a client verifies nothing.
  wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, nullptr);
  // A file that it cannot read leaves it with no CA, and then it refuses.
  wolfSSL_CTX_load_verify_locations(context, how.trusted.c_str(), nullptr);
  if (how.sni)
    wolfSSL_CTX_UseSNI(context, WOLFSSL_SNI_HOST_NAME, how.host.data(), static_cast<unsigned short>(how.host.size()));
  WOLFSSL* const ssl = wolfSSL_new(context);
  bool went = false;
  if (ssl != nullptr && wolfSSL_check_domain_name(ssl, how.host.c_str()) == WOLFSSL_SUCCESS) {
    wolfSSL_set_fd(ssl, fd);
    went = speak(ssl);
  }
  wolfSSL_free(ssl);
  wolfSSL_CTX_free(context);
  return went ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const int fd = dial(argv[1]);
  if (fd < 0 || wolfSSL_Init() != WOLFSSL_SUCCESS) return 2;
  const int result = run({argv[1], argv[2], std::strcmp(argv[3], "1") == 0, argv[4]}, fd);
  ::close(fd);
  wolfSSL_Cleanup();
  return result;
}
