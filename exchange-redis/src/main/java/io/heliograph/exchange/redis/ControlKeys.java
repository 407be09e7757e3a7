package io.heliograph.exchange.redis;

/**
 * Keys of nodes and commands. All have the tag {@code 0}, so that they are on one master.
 *
 * @param prefix key prefix of the deployment, such as {@code helio}
 */
record ControlKeys(String prefix) {

    /** Hash tag of all keys. */
    static final String TAG = "0";

    private String key(String name) {
        return prefix + ":{" + TAG + "}:" + name;
    }

    String nodes() {
        return key("n");
    }

    String descriptions() {
        return key("i");
    }

    String dead() {
        return key("d");
    }

    String deaths() {
        return key("x");
    }

    String logState() {
        return key("m");
    }

    String log() {
        return key("l");
    }

    String lastNumber(String sender) {
        return key("s:" + sender);
    }

    String replies(String sender) {
        return key("r:" + sender);
    }

    String revocations() {
        return key("v");
    }

    /** Channel of notifications. */
    String notifications() {
        return key("w");
    }
}
