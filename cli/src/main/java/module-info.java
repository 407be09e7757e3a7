/** The command line. */
@org.jspecify.annotations.NullMarked
module io.heliograph.cli {
    requires static org.jspecify;
    requires info.picocli;
    requires io.heliograph;
    requires io.heliograph.channel;
    requires io.heliograph.ipc;
    requires io.heliograph.socket;
    requires java.desktop; // for images
    requires io.heliograph.rpc;
    requires io.heliograph.realtime;

    opens io.heliograph.cli to
            info.picocli;
}
