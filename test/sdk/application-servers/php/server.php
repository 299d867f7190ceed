<?php
// An application server for OSS's upload callbacks: callers other than OSS receive 403.

function is_from_oss(string $target, string $body): bool
{
    $key_url = base64_decode($_SERVER['HTTP_X_OSS_PUB_KEY_URL'] ?? '');
    if (!str_starts_with($key_url, 'http://gosspublic.alicdn.com/')
        && !str_starts_with($key_url, 'https://gosspublic.alicdn.com/')) {
        return false;
    }
    $public_key = file_get_contents($key_url);
    $mark = strpos($target, '?');
    $signed = $mark === false
        ? urldecode($target) . "\n" . $body
        : urldecode(substr($target, 0, $mark)) . substr($target, $mark) . "\n" . $body;
    $signature = base64_decode($_SERVER['HTTP_AUTHORIZATION'] ?? '');
    return openssl_verify($signed, $signature, $public_key, OPENSSL_ALGO_MD5) === 1;
}

$known = is_from_oss($_SERVER['REQUEST_URI'], file_get_contents('php://input'));
$answer = json_encode(['Status' => $known ? 'OK' : 'verify not ok']);
http_response_code($known ? 200 : 403);
header('Content-Type: application/json');
header('Content-Length: ' . strlen($answer));
echo $answer;
