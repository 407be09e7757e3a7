/** HTTP server of Heliograph: one port for pages, requests and the protocols attached to it. */
@org.jspecify.annotations.NullMarked
module io.heliograph.web {
    requires transitive io.heliograph;

    exports io.heliograph.web;
}
