#include "pki/lint/tests/tool.hpp"

#include <map>
#include <stdexcept>

#include "core/child.hpp"
#include "core/file.hpp"
#include "pki/lint/tests/maker.hpp"
#include "pki/ossl/pem_text.hpp"

namespace epki::lint::test {

namespace {

// One shell line for each, in a folder that holds server.pem, root.pem, root.key.
std::string line_for(Artefact artefact) {
  switch (artefact) {
    case Artefact::pkcs7: return "openssl crl2pkcs7 -nocrl -certfile server.pem -certfile root.pem -out made";
    case Artefact::pkcs12: return "openssl pkcs12 -export -nokeys -in root.pem -passout pass:x -out made";
    case Artefact::request:
      return "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -subj "
             "/O=Other/CN=device-7 -addext subjectAltName=DNS:device-7.example.com "
             "-addext basicConstraints=critical,CA:TRUE -out made";
    case Artefact::revocation_list:
      return "touch index.txt && printf '[ca]\\ndefault_ca=x\\n[x]\\ndatabase=index.txt\\ndefault_md=sha256\\n"
             "default_crl_days=30\\n' > ca.cnf && openssl ca -config ca.cnf -gencrl -keyfile root.key -cert root.pem "
             "-out made";
  }
  return {};
}

std::string make(Artefact artefact) {
  const auto folder = must(TemporaryFolder::make("lint-test"));
  const auto put = [&](const char* name, const std::string& content) {
    must(write_new_file(folder.path() / name, content, 0600));
  };
  put("root.pem", the_root().certificate.pem());
  put("root.key", key_pem(the_root().key));
  put("server.pem", server(the_root()).certificate.pem());
  Child::Options options;
  options.argv = {"sh", "-c", "cd " + folder.path().string() + " && " + line_for(artefact)};
  options.error_file = (folder.path() / "stderr").string();
  auto child = must(Child::start(options));
  must(child.read_all(after(std::chrono::seconds(30))));
  const auto code = child.wait(after(std::chrono::seconds(30)));
  if (code != 0) throw std::runtime_error(must(read_file(folder.path() / "stderr")));
  return must(read_file(folder.path() / "made"));
}

}  // namespace

const std::string& made_by_openssl(Artefact artefact) {
  static std::map<Artefact, std::string> all;
  auto& one = all[artefact];
  if (one.empty()) one = make(artefact);
  return one;
}

std::vector<std::byte> der_of(std::string_view pem) {
  return ossl::scan_pem(pem).blocks.at(0).der;
}

}  // namespace epki::lint::test
