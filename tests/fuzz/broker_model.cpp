#include "broker-configs/conf_model.hpp"
#include "broker-configs/sealed.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// The bytes are the main file; behind a form feed, the file that it includes.
void broker_model(std::string_view bytes) {
  const auto cut = bytes.find('\f');
  const std::string main(bytes.substr(0, cut));
  const std::string included(cut == std::string_view::npos ? std::string_view() : bytes.substr(cut + 1));
  for (const auto version : {broker::Version::v2_0_11, broker::Version::v2_1}) {
    const auto model = broker::read_model(
        {"main", main},
        [&](const std::string& folder) -> Result<std::vector<broker::NamedText>> {
          if (folder == "none") return Error{Errc::input, "no such folder"};
          return std::vector<broker::NamedText>{{folder + "/a.conf", included}};
        },
        version);
    for (const auto& listener : model.listeners) (void)model.security(listener, "acl_file");
  }
  (void)broker::seal_of(main);
  if (main.size() < 2000 && included.size() < 2000) (void)broker::difference(main, included);
}

}  // namespace epki::fuzz
