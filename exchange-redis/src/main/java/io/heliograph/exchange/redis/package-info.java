/**
 * Engine on Redis 7.0 or newer. {@link io.heliograph.exchange.redis.RedisEngine} is the entry point.
 *
 * <p>{@code RedisBroker} divides channels among partitions. A {@code Partition} publishes through its {@code PublishQueue}, subscribes and reads by
 * the {@code RedisLink} to its master. The functions in {@code functions.lua} run on the server.
 */
@org.jspecify.annotations.NullMarked
package io.heliograph.exchange.redis;
