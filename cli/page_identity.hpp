#pragma once
#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "provision/station/page_server.hpp"

namespace epki::cli {

/// A page beyond loopback is served over TLS, under a self-signed certificate of its own in .ec200u-pki/, made when it
/// is missing, names something else, or ends within 30 days. It has nothing to do with the project's CAs: whoever took
/// its key could play the page and no broker. Loopback needs none.
Status give_page_an_identity(station::PagePlace& place, const config::Project& project, Context& context);

}  // namespace epki::cli
