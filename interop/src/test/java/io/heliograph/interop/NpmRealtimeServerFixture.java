package io.heliograph.interop;

import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Our realtime clients and the process of a socketcluster-server, for one test. */
abstract class NpmRealtimeServerFixture {

    /** Versions of the protocol, each with both codecs. */
    enum Dialect {
        V1(1, false),
        V2(2, false),
        V1_MIN_BIN(1, true),
        V2_MIN_BIN(2, true);

        final int version;
        final boolean minBin;

        Dialect(int version, boolean minBin) {
            this.version = version;
            this.minBin = minBin;
        }
    }

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    int port;

    PeerProcess server(Dialect dialect, Object... options) {
        List<Object> all = new ArrayList<>(List.of(
                "authKey",
                "key",
                "protocolVersion",
                dialect.version,
                "pingInterval",
                300,
                "codec",
                dialect.minBin ? "minBin" : "json"));
        all.addAll(List.of(options));
        PeerProcess server = scratch.closing(PeerProcess.script("realtime-server.js", all.toArray()));
        port = ((Number) server.await("ready").get("port")).intValue();
        return server;
    }

    RecordedRealtimeClient unconnected(Dialect dialect, Consumer<RealtimeClient.Builder> options) {
        return scratch.closing(new RecordedRealtimeClient(port, builder -> {
            builder.protocolVersion(dialect.version)
                    .codec(dialect.minBin ? RealtimeCodec.minBin() : RealtimeCodec.json());
            options.accept(builder);
        }));
    }

    RecordedRealtimeClient client(Dialect dialect) {
        return client(dialect, options -> {});
    }

    RecordedRealtimeClient client(Dialect dialect, Consumer<RealtimeClient.Builder> options) {
        RecordedRealtimeClient client = unconnected(dialect, options);
        client.client.connect();
        client.await("connect");
        return client;
    }

    static String token(PeerProcess server, Object... command) {
        server.command("token", command);
        return server.await("token").text("token");
    }
}
