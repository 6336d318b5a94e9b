// The guard of tests/program/secrets.hpp can fail, and a running program keeps its memory to itself. The guard itself
// runs over every command in documents_test.cpp.

#include "tests/program/secrets.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

TEST(Secrets, InTheWrongPlaceAreFound) {
  Sandbox box;
  box.write("passphrase", "correct horse battery staple\n");
  ASSERT_EQ(box.init({"--issuing"}).exit, 0);
  EXPECT_EQ(secret_faults(box.folder(), {}), std::vector<std::string>{});

  const auto server_key = *read_file(box / "broker/certs/server.key");
  EXPECT_FALSE(secret_faults(box.folder(), {"log: " + server_key}).empty());
  EXPECT_FALSE(secret_faults(box.folder(), {"the passphrase is correct horse battery staple"}).empty());
  box.write("left-over.txt", server_key);
  EXPECT_FALSE(secret_faults(box.folder(), {}).empty());
  std::filesystem::remove(box / "left-over.txt");

  // The CA's key as numbers, as a dump of memory or a log in hexadecimal would show it.
  const auto made = box.shell("openssl pkey -in ca/root.key -passin file:passphrase -text -noout");
  ASSERT_EQ(made.exit, 0) << made;
  auto from = made.out.find("priv:");
  ASSERT_NE(from, std::string::npos);
  std::string hex;
  for (const char c : made.out.substr(from + 5, made.out.find("pub:") - from - 5))
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) hex += c;
  while (hex.size() > 64 && hex.starts_with("00")) hex.erase(0, 2);
  EXPECT_FALSE(secret_faults(box.folder(), {hex}).empty());
  EXPECT_EQ(secret_faults(box.folder(), {}), std::vector<std::string>{});
}

std::string proc(pid_t pid, const char* what) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + what);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Secrets, OfARunningProgramAreInNoCoreFileAndNotInItsEnvironment) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  // The operator's page stays until it is ended. The limit for core files is lifted first: the program lowers its own.
  auto station = Child::start(
      {.argv = {"bash", "-c",
                "ulimit -c unlimited; export EC200U_PKI_PASSPHRASE='correct horse battery staple'; exec " EPKI_BIN_DIR
                "/ec200u-pki station --ports sim:strict --listen 127.0.0.1:" +
                    std::to_string(free_port())},
       .folder = box.folder(),
       .error_file = box / "station.err",
       .output_file = box / "station.out"});
  ASSERT_TRUE(station);
  const auto by = after(std::chrono::seconds(60));
  while (read_file(box / "station.err").ok() && read_file(box / "station.err")->find("http") == std::string::npos &&
         read_file(box / "station.out")->find("http") == std::string::npos) {
    ASSERT_FALSE(station->wait(after(std::chrono::milliseconds(20)))) << *read_file(box / "station.err");
    ASSERT_LT(std::chrono::steady_clock::now(), by);
  }
  const auto limits = proc(station->pid(), "limits");
  EXPECT_NE(limits.find("Max core file size        0                    0"), std::string::npos) << limits;
  EXPECT_EQ(proc(station->pid(), "environ").find("correct horse"), std::string::npos);
  EXPECT_EQ(proc(station->pid(), "cmdline").find("correct horse"), std::string::npos);
  for (const char* file : {"station.err", "station.out"})
    EXPECT_EQ(read_file(box / file)->find("correct horse"), std::string::npos) << file;
}

}  // namespace
}  // namespace epki::test
