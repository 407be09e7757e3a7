package io.heliograph.exchange.redis;

/** Host and port of a server. */
record RedisAddress(String host, int port) {

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
