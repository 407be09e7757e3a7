package io.heliograph.exchange.redis;

import io.heliograph.internal.Failures;
import java.util.concurrent.CompletableFuture;

/**
 * Properties that all nodes of a deployment must share. They are stored in Redis by the first node; one with other properties does not connect: it
 * would miss the messages of the others.
 */
final class Deployment {

    /** Version of the keys and of what they contain. */
    private static final String FORMAT = "1";

    private static final byte[] FORMAT_FIELD = Commands.bytes("format");
    private static final byte[] PARTITIONS_FIELD = Commands.bytes("partitions");

    private final RedisOptions options;
    private final RedisAddress address;

    Deployment(RedisOptions options, RedisAddress address) {
        this.options = options;
        this.address = address;
    }

    /** Completes if this node fits a server and the deployment there; fails with an {@link IllegalStateException} otherwise. */
    CompletableFuture<Void> check(Commands commands) {
        return commands.async()
                .info("cluster")
                .toCompletableFuture()
                .thenAccept(info -> {
                    if (!options.cluster() && info.contains("cluster_enabled:1")) {
                        throw new IllegalStateException(
                                address + " is a node of a cluster (expected: a single Redis, or the option cluster)");
                    }
                })
                .thenCompose(
                        fits -> compare(commands, new PartitionKeys(options.keyPrefix(), ControlKeys.TAG).config()))
                .exceptionallyCompose(failure -> {
                    Throwable cause = Failures.unwrap(failure);
                    // Another master of the cluster has the key.
                    return options.cluster() && Commands.isMoved(cause)
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(cause);
                });
    }

    private CompletableFuture<Void> compare(Commands commands, byte[] key) {
        String partitions = Integer.toString(options.partitions());
        return commands.async()
                .hsetnx(key, FORMAT_FIELD, Commands.bytes(FORMAT))
                .thenCompose(set -> commands.async().hsetnx(key, PARTITIONS_FIELD, Commands.bytes(partitions)))
                .handle((set, full) -> commands.async().hmget(key, FORMAT_FIELD, PARTITIONS_FIELD))
                .thenCompose(found -> found)
                .thenAccept(found -> {
                    expect("format", FORMAT, found.get(0).getValueOrElse(Commands.bytes(FORMAT)));
                    expect("partitions", partitions, found.get(1).getValueOrElse(Commands.bytes(partitions)));
                })
                .toCompletableFuture();
    }

    private void expect(String property, String own, byte[] stored) {
        String found = Commands.text(stored);
        if (!own.equals(found)) {
            throw new IllegalStateException("the nodes with the key prefix '" + options.keyPrefix() + "' at " + address
                    + " have " + property + " " + found + " (expected: " + own
                    + ", that of this node; use nodes of one version, or another keyPrefix)");
        }
    }
}
