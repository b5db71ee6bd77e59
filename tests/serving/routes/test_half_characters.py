"""Half a character, as a phone that cuts a message leaves it, is read as a sign of its own and not refused."""

from fastapi.testclient import TestClient


def test_half_an_emoji_is_answered(client: TestClient) -> None:
    body = b'{"message":"how much for 12? \\ud83c \\u200e","customer_id":"s1","channel":"web"}'
    answer = client.post("/api/v1/chat", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["answer"]
