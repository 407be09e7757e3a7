package io.heliograph.cli.option;

import io.heliograph.realtime.RealtimeCodec;
import picocli.CommandLine.Option;

/** Form of the packets of SocketCluster, which clients and servers must share. */
public final class PacketOptions {

    /** Encoding of packets. */
    public enum Codec {
        json,
        min_bin;

        @Override
        public String toString() {
            return name().replace('_', '-');
        }

        public RealtimeCodec codec() {
            return this == json ? RealtimeCodec.json() : RealtimeCodec.minBin();
        }
    }

    @Option(
            order = 7,
            names = "--protocol",
            paramLabel = "N",
            defaultValue = "2",
            description = "Protocol version of SocketCluster, 1 or 2; must match the peer (default: ${DEFAULT-VALUE}).")
    public int protocol;

    @Option(
            order = 8,
            names = "--codec",
            paramLabel = "CODEC",
            defaultValue = "json",
            description =
                    "Codec of SocketCluster: json, or min-bin for sc-codec-min-bin; must match the peer (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    public Codec codec;
}
