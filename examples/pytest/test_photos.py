import pytest

from photos import Photos, upload


@pytest.fixture
def photos(oss):
    photos = Photos(oss.endpoint, oss.region, oss.bucket, oss.assume_role, key_urls=[f"{oss.endpoint}/"])
    yield photos
    photos.close()


def test_a_direct_upload_is_reported_to_the_application(oss, photos):
    response = upload(photos.permit("cat.jpg"), b"meow")

    assert (response.status_code, response.json()) == (200, {"saved": "cat.jpg"})
    assert photos.saved == {"cat.jpg": 4}
    assert oss.wait_for_callback("cat.jpg")["status"] == "succeeded"


def test_a_permit_without_its_callback_is_refused(oss, photos):
    url, _ = photos.permit("cat.jpg")

    response = upload((url, {}), b"meow")

    assert response.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in response.text
    assert (photos.saved, oss.callbacks()) == ({}, [])


def test_a_token_that_has_expired_is_replaced(oss, photos):
    old = photos.permit("cat.jpg")
    upload(old, b"meow")
    oss.expire(1800)  # seconds; in this test an STS token is valid for 900, a permit for 3600

    refused = upload(old, b"meow")
    assert "<Code>SecurityTokenExpired</Code>" in refused.text
    assert photos.size_in_oss("cat.jpg") == 4  # with new keys
    assert upload(photos.permit("dog.jpg"), b"woof!").json() == {"saved": "dog.jpg"}


def test_an_upload_is_tried_again_and_reported_once(oss, photos):
    oss.fault({"operation": "PutObject", "times": 1, "do": {"status": 503, "code": "SlowDown"}})

    response = upload(photos.permit("cat.jpg"), b"meow")

    assert response.status_code == 200
    oss.wait_for_callback("cat.jpg")
    assert len(oss.callbacks()) == 1
