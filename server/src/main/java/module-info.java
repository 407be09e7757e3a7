/** The hub: one server for all protocols, with one exchange and one registry of procedures. */
@org.jspecify.annotations.NullMarked
module io.heliograph.server {
    requires transitive io.heliograph;
    requires transitive io.heliograph.channel;
    requires transitive io.heliograph.exchange;
    requires transitive io.heliograph.ipc;
    requires transitive io.heliograph.realtime;
    requires transitive io.heliograph.rpc;
    requires transitive io.heliograph.socket;
    requires transitive io.heliograph.web;
    requires java.management;
    requires java.naming;
    requires jdk.management;
    requires org.slf4j;
    requires org.snakeyaml.engine;

    exports io.heliograph.server;
    exports io.heliograph.server.config;
    exports io.heliograph.server.stats;
}
