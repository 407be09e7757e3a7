package io.heliograph.interop;

import io.heliograph.testkit.RedisCluster;
import io.heliograph.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Redis of a {@link Chaos} run, and the faults that it can have. Not thread-safe. */
final class ChaosRedis implements AutoCloseable {

    /** Arrangement of the Redis processes. */
    enum Kind {
        /** Single process that keeps its data. */
        PERSISTENT,
        /** Single process that loses its data. */
        VOLATILE,
        /** A process and its replica. */
        REPLICATED,
        /** Three masters, each with a replica. */
        CLUSTER
    }

    /**
     * Effect of a fault.
     *
     * @param losesData whether publications may be lost, so that gaps are permitted
     * @param interrupts whether Redis was not reachable, so that recoveries may be impossible
     */
    record Effect(String name, boolean losesData, boolean interrupts) {}

    private final Kind kind;
    private final Random random;
    private @Nullable RedisServer master;
    private @Nullable RedisServer replica;
    private @Nullable RedisCluster cluster;
    private int takeOvers;

    ChaosRedis(Kind kind, Path folder, Random random) throws IOException {
        this.kind = kind;
        this.random = random;
        if (kind == Kind.CLUSTER) {
            cluster = RedisCluster.start(folder, 1);
        } else {
            String append = kind == Kind.PERSISTENT ? "yes" : "no";
            master = RedisServer.start(folder, "appendonly", append);
            if (kind == Kind.REPLICATED) {
                replica = RedisServer.start(folder);
                replica.replicate(master);
            }
        }
    }

    boolean isCluster() {
        return kind == Kind.CLUSTER;
    }

    String url() {
        RedisCluster masters = cluster;
        if (masters != null) {
            return "redis://127.0.0.1:" + masters.master(0).port() + ",127.0.0.1:"
                    + masters.master(1).port() + ",127.0.0.1:"
                    + masters.master(2).port();
        }
        return "redis://127.0.0.1:" + one().port() + (replica == null ? "" : ",127.0.0.1:" + replica.port());
    }

    private RedisServer one() {
        RedisServer server = master;
        if (server == null) {
            throw new IllegalStateException("the run has a cluster");
        }
        return server;
    }

    private RedisServer any() {
        RedisCluster masters = cluster;
        return masters == null ? one() : masters.master(random.nextInt(3));
    }

    /** Causes a random fault, which has ended on return. */
    Effect fault() throws IOException {
        return switch (random.nextInt(5)) {
            case 0 -> {
                any().killClients("pubsub");
                yield new Effect("subscriptions killed", false, true);
            }
            case 1 -> {
                any().killClients("normal");
                yield new Effect("connections killed", false, true);
            }
            case 2 -> {
                any().flushFunctions();
                yield new Effect("functions flushed", false, false);
            }
            case 3 -> {
                RedisServer paused = any();
                paused.pause();
                LockSupport.parkNanos(Duration.ofSeconds(4).toNanos());
                paused.resume();
                yield new Effect("suspended for 4 s", false, true);
            }
            default -> special();
        };
    }

    /** Causes the fault of this arrangement. */
    Effect special() throws IOException {
        return switch (kind) {
            case PERSISTENT -> {
                one().restart();
                yield new Effect("restarted with data", false, true);
            }
            case VOLATILE -> {
                one().restart();
                yield new Effect("restarted without data", true, true);
            }
            case REPLICATED -> promoteLaggingReplica();
            case CLUSTER -> changeCluster();
        };
    }

    private Effect promoteLaggingReplica() throws IOException {
        RedisServer promoted = replica;
        RedisServer killed = one();
        if (promoted == null) {
            throw new IllegalStateException("the run has no replica");
        }
        promoted.detach();
        LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
        killed.kill();
        promoted.promote();
        killed.restart();
        killed.replicate(promoted);
        master = promoted;
        replica = killed;
        return new Effect("lagging replica promoted", true, true);
    }

    private Effect changeCluster() throws IOException {
        RedisCluster masters = cluster;
        if (masters == null) {
            throw new IllegalStateException("the run has no cluster");
        }
        if (takeOvers < 3 && random.nextBoolean()) {
            masters.takeOver(takeOvers++);
            return new Effect("taken over", true, true);
        }
        int slot = masters.slot(List.of("{53t}", "{j3j}", "{if5}").get(random.nextInt(3)));
        masters.moveSlot(slot, (masters.owner(slot) + 1) % 3);
        return new Effect("slot moved", false, true);
    }

    @Override
    public void close() {
        if (cluster != null) {
            cluster.close();
        }
        if (replica != null) {
            replica.close();
        }
        if (master != null) {
            master.close();
        }
    }
}
