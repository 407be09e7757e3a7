/** Command line {@code helio}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.cli {
    requires static org.jspecify;
    requires info.picocli;
    requires io.heliograph;
    requires io.heliograph.channel;
    requires io.heliograph.ipc;
    requires io.heliograph.realtime;
    requires io.heliograph.rpc;
    requires io.heliograph.server;
    requires io.heliograph.socket;
    requires java.desktop; // images
    requires jdk.unsupported; // signals
    requires org.jline;

    opens io.heliograph.cli to
            info.picocli;
    opens io.heliograph.cli.channel to
            info.picocli;
    opens io.heliograph.cli.client to
            info.picocli;
    opens io.heliograph.cli.config to
            info.picocli;
    opens io.heliograph.cli.doctor to
            info.picocli;
    opens io.heliograph.cli.ipc to
            info.picocli;
    opens io.heliograph.cli.management to
            info.picocli;
    opens io.heliograph.cli.option to
            info.picocli;
    opens io.heliograph.cli.realtime to
            info.picocli;
    opens io.heliograph.cli.rpc to
            info.picocli;
    opens io.heliograph.cli.socket to
            info.picocli;
    opens io.heliograph.cli.top to
            info.picocli;
}
