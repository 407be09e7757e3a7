package io.heliograph.exchange.redis;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Names of the keys and pub/sub channels of one partition. All have the same hash tag, so one master of a cluster has them. */
final class PartitionKeys {

    private static final int SLOTS = 16_384;

    private final String tag;
    private final String prefix;
    private final String topics;
    private final String watched;

    /**
     * @param keyPrefix prefix of all keys of the deployment
     * @param tag hash tag of the partition
     */
    PartitionKeys(String keyPrefix, String tag) {
        this.tag = tag;
        prefix = keyPrefix + ":{" + tag + "}:";
        topics = prefix + "c:";
        watched = prefix + "w:";
    }

    /** Returns the index of the partition of a channel. */
    static int partition(String channel, int partitions) {
        CRC32C crc = new CRC32C();
        crc.update(bytes(channel));
        return (int) (crc.getValue() % partitions);
    }

    /** Returns the tag of a partition: the first string in base 36 whose slot halves the share of all slots of the partition. */
    static String tag(int partition, int partitions) {
        int slot = (int) ((2L * partition + 1) * SLOTS / (2L * partitions));
        for (int i = 0; ; i++) {
            String tag = Integer.toString(i, Character.MAX_RADIX);
            if (slot(tag) == slot) {
                return tag;
            }
        }
    }

    /** Returns the slot of a hash tag: CRC16 (XMODEM) modulo 16384, as of the Redis cluster specification. */
    static int slot(String tag) {
        int crc = 0;
        for (byte each : bytes(tag)) {
            crc ^= (each & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            crc &= 0xffff;
        }
        return crc % SLOTS;
    }

    /** The hash tag. */
    String tag() {
        return tag;
    }

    byte[] config() {
        return bytes(prefix + "config");
    }

    byte[] term() {
        return bytes(prefix + "t");
    }

    byte[] pipeline(String id) {
        return bytes(prefix + "l:" + id);
    }

    byte[] meta(String channel) {
        return bytes(prefix + "m:" + channel);
    }

    byte[] log(String channel) {
        return bytes(prefix + "s:" + channel);
    }

    byte[] topic(String channel) {
        return bytes(topics + channel);
    }

    byte[] ids(String channel, String publisher) {
        return bytes(prefix + "i:" + channel + ":" + publisher);
    }

    /** Prefix of all keys. */
    byte[] prefix() {
        return bytes(prefix);
    }

    byte[] nodes(String channel) {
        return bytes(prefix + "p:" + channel);
    }

    /** Key of the members of a node; without the node, the prefix for the channel. */
    byte[] members(String channel, String node) {
        return bytes(prefix + "q:" + channel + ":" + node);
    }

    byte[] channels(String node) {
        return bytes(prefix + "o:" + node);
    }

    /** Pub/sub channel of changes of the members. */
    byte[] changes(String channel) {
        return bytes(watched + channel);
    }

    /** Returns the channel whose members change, or null if a pub/sub channel has another purpose. */
    @Nullable
    String watchedChannel(String topic) {
        return topic.startsWith(watched) ? topic.substring(watched.length()) : null;
    }

    /** Returns the channel of a pub/sub channel, or null if the channel is of another partition. */
    @Nullable
    String channelOf(String topic) {
        return topic.startsWith(topics) ? topic.substring(topics.length()) : null;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
